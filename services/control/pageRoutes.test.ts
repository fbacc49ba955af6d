import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Registry } from 'prom-client';
import { hashKey, type Key } from '../../lib/keys/key.ts';
import { createLogger } from '../../lib/runtime/logger.ts';
import type { Warehouse } from '../../lib/warehouse/warehouse.ts';
import { createControl, type ControlOptions } from './control.ts';

const keyText = 'rgo_0123456789abcdef';
const key: Key = {
  id: 'key_1',
  kind: 'operator',
  hash: hashKey(keyText),
  app: '*',
  name: 'ana',
  scopes: ['read'],
  created_at: 0,
  revoked_at: null,
};
// The page and the sign-in need no log.
const options: Partial<ControlOptions> = {
  // Only the list of apps is asked for, and no app is known.
  warehouse: { query: () => Promise.resolve([]) } as Partial<Warehouse> as Warehouse,
  keys: {
    find: (text) => (text === keyText ? key : undefined),
    list: () => [key],
    healthy: () => true,
    refresh: () => Promise.resolve(),
    close: () => undefined,
  },
  registry: new Registry(),
  config: {
    host: '127.0.0.1',
    port: 0,
    allowedHosts: [],
    confirmSeconds: 600,
    outcomeWindowSeconds: 86_400,
    silenceSeconds: 3600,
  },
  logger: createLogger('silent', 'test'),
  clock: Date.now,
};
const control = createControl(options as ControlOptions);
after(() => control.stop());
const { app } = control;

const host = '127.0.0.1:8081';
const own = { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin', 'x-rollguard-console': '1' };

interface Answer {
  status: number;
  code: unknown;
  headers: Record<string, unknown>;
}

async function ask(
  method: 'GET' | 'POST' | 'DELETE',
  url: string,
  headers: Record<string, string>,
  payload?: object,
): Promise<Answer> {
  const answer = await app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
  const body = answer.body.startsWith('{') ? answer.json<{ code?: unknown }>() : {};
  return { status: answer.statusCode, code: body.code, headers: answer.headers };
}

async function signIn(): Promise<string> {
  const { status, headers } = await ask('POST', '/session', own, { key: keyText });
  assert.equal(status, 200);
  return String(headers['set-cookie']).split(';')[0]!;
}

test('the cookie is for this host, for the page only, and is not the key', async () => {
  const { headers } = await ask('POST', '/session', own, { key: keyText });
  const cookie = String(headers['set-cookie']);
  assert.match(cookie, /; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/);
  assert.ok(!cookie.includes(keyText));
  assert.equal(headers['cache-control'], 'no-store');
  const secure = { ...own, origin: 'https://localhost', host: 'localhost' };
  assert.match(String((await ask('POST', '/session', secure, { key: keyText })).headers['set-cookie']), /; Secure/);
});

test('the cookie opens the API to the page and to a typed address', async () => {
  const cookie = await signIn();
  assert.equal((await ask('GET', '/v1/apps', { ...own, cookie })).status, 200);
  assert.equal((await ask('GET', '/v1/apps', { host, cookie, 'sec-fetch-site': 'none' })).status, 200);
  assert.equal((await ask('GET', '/v1/apps', { host })).code, 'unknown_key');
  assert.equal((await ask('GET', '/session', { host, cookie })).status, 200);
});

test('another origin of the same host cannot use the cookie, to read or to write', async () => {
  const cookie = await signIn();
  const foreign: Record<string, string>[] = [
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'cross-site' },
    { origin: 'http://127.0.0.1:8080' },
    { origin: 'http://127.0.0.1' },
    { origin: 'null' },
    { origin: 'http://127.0.0.1:8081.example.org', 'sec-fetch-site': 'same-origin' },
  ];
  for (const headers of foreign) {
    const marked = { host, cookie, 'x-rollguard-console': '1', ...headers };
    const answer = await ask('GET', '/v1/apps', marked);
    assert.equal(answer.code, 'wrong_origin', JSON.stringify(headers));
    assert.equal(answer.headers['access-control-allow-origin'], undefined);
    assert.equal(answer.headers['cross-origin-resource-policy'], 'same-origin');
    assert.equal((await ask('GET', '/session', marked)).code, 'wrong_origin');
    assert.equal((await ask('DELETE', '/session', marked)).code, 'wrong_origin');
    assert.equal((await ask('POST', '/session', marked, { key: keyText })).code, 'wrong_origin');
  }
  assert.equal((await ask('GET', '/v1/apps', { ...own, cookie })).status, 200, 'the session lives on');
});

test('a write needs the header that no form can set, and a browser that says where it comes from', async () => {
  const cookie = await signIn();
  const bare = { host, origin: own.origin, 'sec-fetch-site': 'same-origin' };
  assert.equal((await ask('DELETE', '/session', { ...bare, cookie })).code, 'console_header_missing');
  assert.equal((await ask('DELETE', '/session', { host, cookie, 'x-rollguard-console': '1' })).code, 'wrong_origin');
  assert.equal((await ask('DELETE', '/session', { ...own, cookie, 'sec-fetch-site': 'none' })).code, 'wrong_origin');
  assert.equal((await ask('DELETE', '/session', { ...own, cookie })).status, 204);
  assert.equal((await ask('GET', '/v1/apps', { ...own, cookie })).code, 'unknown_key');
});

test('a key in the header needs no page: scripts send it from anywhere, with a cookie or without', async () => {
  const cookie = await signIn();
  const headers = { host, cookie, authorization: `Bearer ${keyText}`, origin: 'http://elsewhere.example' };
  assert.equal((await ask('GET', '/v1/apps', headers)).status, 200);
});

test('a code made by the process signs in once', async () => {
  const code = control.newSignInCode('key_1');
  assert.equal((await ask('POST', '/session', own, { code })).status, 200);
  assert.equal((await ask('POST', '/session', own, { code })).code, 'sign_in_refused');
});

test('what is no sign-in is told so', async () => {
  for (const payload of [{}, { key: 5 }, { key: 'a', code: 'b' }, { key: 'x'.repeat(5000) }]) {
    assert.equal((await ask('POST', '/session', own, payload)).code, 'bad_parameter');
  }
  const text = await app.inject({
    method: 'POST',
    url: '/session',
    headers: { ...own, 'content-type': 'text/plain' },
    payload: 'key',
  });
  assert.equal(text.statusCode, 400);
});

test('failed sign-ins are limited, with the time to wait', async () => {
  let answer = await ask('POST', '/session', own, { key: 'wrong' });
  for (let tries = 0; tries < 10 && answer.status === 401; tries += 1) {
    answer = await ask('POST', '/session', own, { key: 'wrong' });
  }
  assert.equal(answer.code, 'too_many_sign_ins');
  assert.ok(Number(answer.headers['retry-after']) > 0);
});

test('the page comes with a policy that lets it load its own files only', async () => {
  const page = await app.inject({ url: '/', headers: { host } });
  assert.equal(page.statusCode, 200);
  assert.match(String(page.headers['content-type']), /^text\/html/);
  assert.match(String(page.headers['content-security-policy']), /default-src 'none'; script-src 'self';/);
  assert.equal(page.headers['x-content-type-options'], 'nosniff');
  assert.ok(!/<script(?![^>]* src=)|<style| style=| on\w+=/.test(page.body), 'nothing inline');
  const missing = await ask('GET', '/no-such-file.js', { host });
  assert.equal(missing.code, 'not_found');
  for (const url of ['/../pageRoutes.ts', '/%2e%2e/pageRoutes.ts', '/..%2fpageRoutes.ts']) {
    assert.notEqual((await app.inject({ url, headers: { host } })).statusCode, 200, url);
  }
});
