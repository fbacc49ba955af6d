import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createOperatorSite, operatorKey, type OperatorSite } from '../../test/operatorSite.ts';

interface KeyBody {
  id: string;
  kind: string;
  app: string;
  name: string;
  scopes: string[];
  created_at: string | null;
  revoked_at: string | null;
}

interface Made {
  key: KeyBody;
  text: string;
}

let site: OperatorSite;

before(async () => {
  site = await createOperatorSite();
});

after(() => site.close());

async function make(body: object, key = operatorKey): Promise<Made> {
  const { status, body: made } = await site.ask<Made>('POST', '/v1/keys', { body, key });
  assert.equal(status, 201, JSON.stringify(made));
  return made;
}

async function refusal(body: object): Promise<string> {
  const answer = await site.ask<{ code: string; detail: string }>('POST', '/v1/keys', { body });
  assert.equal(`${answer.status} ${answer.body.code}`, '400 bad_parameter');
  return answer.body.detail;
}

test('a key is made, used, listed and revoked; its text is shown once and nowhere else', async () => {
  const { key, text } = await make({ kind: 'operator', name: 'ana', scopes: ['read', 'admin'] });
  assert.deepEqual(key, {
    id: key.id,
    kind: 'operator',
    app: '*',
    name: 'ana',
    scopes: ['read', 'admin'],
    created_at: new Date(site.now).toISOString(),
    revoked_at: null,
  });
  assert.match(text, /^rgo_\w{32}$/);
  const listed = await site.ask<{ keys: KeyBody[] }>('GET', '/v1/keys', { key: text });
  assert.ok(listed.body.keys.some(({ id }) => id === key.id));
  assert.ok(!JSON.stringify(listed.body).includes(text) && !JSON.stringify(listed.body).includes('hash'));

  site.now += 1000;
  const { body: revoked } = await site.ask<KeyBody>('DELETE', `/v1/keys/${key.id}`);
  assert.equal(revoked.revoked_at, new Date(site.now).toISOString());
  assert.equal((await site.ask('GET', '/v1/keys', { key: text })).status, 401);
  site.now += 1000;
  assert.deepEqual((await site.ask('DELETE', `/v1/keys/${key.id}`)).body, revoked);

  const lines = site.logged();
  assert.match(
    lines,
    /"operator":"from the configuration","operator_id":"preset_operator","key_id":"key_\w+","key_name":"ana","msg":"key created"/,
  );
  assert.match(lines, /"msg":"key revoked"/);
  assert.ok(!lines.includes(text) && !lines.includes(operatorKey));
});

test('an ingest key is bound to an app and may do nothing else; an operator key has scopes', async () => {
  const { key, text } = await make({ kind: 'ingest', name: 'app in the store', app: 'com.example.shop' });
  assert.deepEqual([key.app, key.scopes, text.slice(0, 4)], ['com.example.shop', [], 'rgi_']);
  assert.equal((await site.ask('GET', '/v1/apps', { key: text })).status, 401);
  assert.deepEqual((await make({ kind: 'operator', name: 'reader' })).key.scopes, ['read']);
  assert.match(await refusal({ kind: 'ingest', name: 'x' }), /app/);
  assert.match(await refusal({ kind: 'ingest', name: 'x', app: 'a', scopes: ['read'] }), /scopes/);
  assert.match(await refusal({ kind: 'operator', name: 'x', app: 'a' }), /app/);
  assert.match(await refusal({ kind: 'operator', name: 'x', scopes: ['write'] }), /scopes/);
  assert.match(await refusal({ kind: 'operator', name: 'x', scopes: [] }), /scope/);
  assert.match(await refusal({ kind: 'operator' }), /name/);
  assert.match(await refusal({ kind: 'operator', name: '' }), /name/);
  assert.match(await refusal({ kind: 'operator', name: 7 }), /name/);
  assert.match(await refusal({ kind: 'operator', name: 'x', text: 'rgo_mine' }), /text/);
});

test('nobody locks himself out: a key does not revoke itself, and one of the configuration is taken out there', async () => {
  const { key, text } = await make({ kind: 'operator', name: 'root', scopes: ['admin'] });
  const revoke = async (id: string, by: string): Promise<string> => {
    const { status, body } = await site.ask<{ code: string }>('DELETE', `/v1/keys/${id}`, { key: by });
    return `${status} ${body.code}`;
  };
  assert.equal(await revoke(key.id, text), '409 own_key');
  assert.equal(await revoke('preset_ingest', text), '409 preset_key');
  assert.equal(await revoke('key_nobody', text), '404 not_found');
});
