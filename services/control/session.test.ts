import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hashKey, type Key, type KeyKind } from '../../lib/keys/key.ts';
import { Problem, type ProblemCode } from './problem.ts';
import { codeMs, createSessions, sessionMs, type Sessions } from './session.ts';

function aKey(id: string, kind: KeyKind, text: string): Key {
  const scopes: Key['scopes'] = kind === 'operator' ? ['read'] : [];
  return { id, kind, hash: hashKey(text), app: '*', name: id, scopes, created_at: 0, revoked_at: null };
}

const hasProblem =
  (code: ProblemCode, text = /./) =>
  (error: unknown): boolean =>
    error instanceof Problem && error.code === code && text.test(error.message);

const home = '127.0.0.1';

function setUp(most?: number): { sessions: Sessions; ana: Key; pass: (ms: number) => void } {
  const ana = aKey('ana', 'operator', 'rgo_ana');
  const all = [ana, aKey('app', 'ingest', 'rgi_app')];
  let now = 1_000_000;
  const keys = {
    find: (text: string) => all.find((key) => key.hash === hashKey(text) && key.revoked_at === null),
    list: () => all,
  };
  const sessions = createSessions({ keys, clock: () => now, ...(most === undefined ? {} : { most }) });
  return { sessions, ana, pass: (ms) => (now += ms) };
}

test('an operator key opens a session, whose id tells nothing of the key', () => {
  const { sessions, ana } = setUp();
  const { id, key } = sessions.signIn({ key: 'rgo_ana' }, home);
  assert.equal(key, ana);
  assert.match(id, /^[\w-]{43}$/);
  assert.notEqual(sessions.signIn({ key: 'rgo_ana' }, home).id, id);
  assert.equal(sessions.find(id)?.key, ana);
  assert.equal(sessions.find(`${id}x`), undefined);
});

test('unknown keys and ingest keys are refused, each with its reason', () => {
  const { sessions } = setUp();
  assert.throws(() => sessions.signIn({ key: 'rgo_bob' }, home), hasProblem('sign_in_refused', /unknown/));
  assert.throws(() => sessions.signIn({ key: 'rgi_app' }, home), hasProblem('sign_in_refused', /ingest key/));
});

test('a session ends by itself, by signing out, and with its key', () => {
  const { sessions, ana, pass } = setUp();
  const signIn = (): string => sessions.signIn({ key: 'rgo_ana' }, home).id;
  const [first, second, third] = [signIn(), signIn(), signIn()];
  sessions.signOut(first);
  assert.equal(sessions.find(first), undefined);
  pass(sessionMs - 1);
  assert.ok(sessions.find(second));
  pass(1);
  assert.equal(sessions.find(second), undefined);
  assert.equal(sessions.find(third), undefined);
  const fourth = signIn();
  ana.revoked_at = 1;
  assert.equal(sessions.find(fourth), undefined);
});

test('a code signs in once, and not after its hour', () => {
  const { sessions, ana, pass } = setUp();
  const code = sessions.newCode('ana');
  assert.equal(sessions.signIn({ code }, home).key, ana);
  assert.throws(() => sessions.signIn({ code }, home), hasProblem('sign_in_refused', /has been used/));
  const late = sessions.newCode('ana');
  pass(codeMs);
  assert.throws(() => sessions.signIn({ code: late }, home), hasProblem('sign_in_refused', /too old/));
  // A code is no key, and a code for an ingest key opens nothing.
  assert.throws(() => sessions.signIn({ key: sessions.newCode('ana') }, home), hasProblem('sign_in_refused'));
  assert.throws(() => sessions.signIn({ code: sessions.newCode('app') }, home), hasProblem('sign_in_refused'));
});

test('after ten failures in a minute an address waits, with the right key too, and others do not', () => {
  const { sessions, pass } = setUp();
  for (let n = 0; n < 10; n += 1)
    assert.throws(() => sessions.signIn({ key: 'wrong' }, home), hasProblem('sign_in_refused'));
  pass(20_000);
  assert.throws(() => sessions.signIn({ key: 'rgo_ana' }, home), hasProblem('too_many_sign_ins', /40 s/));
  assert.ok(sessions.signIn({ key: 'rgo_ana' }, '10.0.0.1'));
  pass(40_000);
  assert.ok(sessions.signIn({ key: 'rgo_ana' }, home));
});

test('whatever happens, no more than the bound of sessions live, and they are the newest', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('in', 'out'), { maxLength: 60 }), (acts) => {
      const { sessions } = setUp(5);
      const ids: string[] = [];
      for (const act of acts) {
        if (act === 'in') ids.push(sessions.signIn({ key: 'rgo_ana' }, home).id);
        else if (ids.length > 0) sessions.signOut(ids.pop()!);
      }
      const alive = ids.filter((id) => sessions.find(id));
      assert.ok(alive.length <= 5);
      assert.deepEqual(alive, alive.length === 0 ? [] : ids.slice(-alive.length));
    }),
  );
});
