import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createKey, revokeKey } from '../../lib/keys/keys.ts';
import { TOPICS } from '../../lib/log/topics.ts';
import { createOperatorSite, ingestKey, operatorKey, type OperatorSite } from '../../test/operatorSite.ts';

interface ProblemBody {
  code: string;
  detail: string;
}

let site: OperatorSite;
let reader: string;

before(async () => {
  site = await createOperatorSite();
  reader = (await createKey(site.log, { kind: 'operator', app: '*', name: 'reader', scopes: ['read'] }, Date.now()))
    .text;
});

after(() => site.close());

async function problem(method: 'GET' | 'POST' | 'DELETE', url: string, asking = {}): Promise<string> {
  const { status, body } = await site.ask<ProblemBody>(method, url, asking);
  return `${status} ${body.code}`;
}

/** Every route with a scope, as the document has it. */
function routes(): { method: 'GET' | 'POST' | 'DELETE'; url: string }[] {
  const { paths } = site.app.swagger() as unknown as { paths: Record<string, Record<string, unknown>> };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({
      method: method.toUpperCase() as 'GET',
      url: path.replace(/\{\w+\}/g, '00000000-0000-4000-8000-000000000000'),
    })),
  );
}

test('every route of the document refuses a stranger, a device and a revoked key', async () => {
  const made = await createKey(site.log, { kind: 'operator', app: '*', name: 'gone', scopes: ['admin'] }, Date.now());
  const table = await site.log.table(TOPICS.keys);
  await revokeKey(site.log, table, made.key.id, Date.now());
  await table.close();
  assert.ok(routes().length >= 15, `${routes().length} routes`);
  for (const { method, url } of routes()) {
    for (const key of ['', ingestKey, made.text, 'rgo_nobody', `${operatorKey}x`]) {
      assert.equal(await problem(method, url, { key }), '401 unknown_key', `${method} ${url}`);
    }
  }
});

test('a scope is not another one: who reads neither operates nor administers', async () => {
  assert.equal((await site.ask('GET', '/v1/apps', { key: reader })).status, 200);
  for (const [method, url] of [
    ['POST', '/v1/rejected/replay'],
    ['GET', '/v1/keys'],
    ['POST', '/v1/keys'],
    ['DELETE', '/v1/keys/key_x'],
  ] as const) {
    assert.equal(await problem(method, url, { key: reader }), '403 missing_scope');
  }
});

test('a key in an address is refused, also a good one, also with a good header', async () => {
  for (const name of ['key', 'token']) {
    assert.equal(await problem('GET', `/v1/apps?${name}=${operatorKey}`), '400 key_in_query');
    assert.equal(await problem('GET', `/v1/apps?${name}=${operatorKey}`, { key: '' }), '400 key_in_query');
  }
  assert.ok(!site.logged().includes(operatorKey));
});

test('only hosts of the list are served, whatever the port', async () => {
  for (const host of ['localhost:8081', '127.0.0.1', '[::1]:8081', 'rollguard.example', 'rollguard.example:443']) {
    assert.equal((await site.ask('GET', '/v1/apps', { headers: { host } })).status, 200, host);
  }
  for (const host of ['evil.example', '127.0.0.1.evil.example', 'rollguard.example.evil.example:8081', 'x:8081']) {
    assert.equal(await problem('GET', '/v1/apps', { headers: { host } }), '403 host_not_allowed', host);
  }
});

test('a parameter that is not known, or not as it must be, is named', async () => {
  const detail = async (url: string): Promise<string> => {
    const { status, body } = await site.ask<ProblemBody>('GET', url);
    assert.equal(`${status} ${body.code}`, '400 bad_parameter', url);
    return body.detail;
  };
  const sent = await detail('/v1/apps/app/releases?chanel=beta&include_exluded=true');
  assert.ok(sent.includes('chanel') && sent.includes('include_exluded'), sent);
  assert.match(await detail('/v1/apps?limit=5'), /limit/);
  assert.match(await detail('/v1/apps/app/releases?confirm_seconds=-1'), /confirm_seconds/);
  assert.match(await detail('/v1/apps/app/releases?confirm_seconds=1.5'), /confirm_seconds/);
  assert.match(await detail('/v1/apps/app/releases?include_excluded=yes'), /include_excluded/);
  assert.match(await detail('/v1/apps/app/releases?channel=a&channel=b'), /channel/);
  assert.match(await detail('/v1/apps/app/devices/a?limit=1001'), /limit/);
  assert.match(await detail('/v1/apps/app/devices/a?limit=0'), /limit/);
  assert.match(await detail('/v1/apps/app/devices/a?cursor=bm9uc2Vuc2U'), /cursor/);
  assert.match(await detail('/v1/rejected?since=yesterday'), /since/);
  assert.match(await detail(`/v1/apps/${'x'.repeat(129)}/releases`), /app/);
});

test('the longest id is found at its address, in any script', async () => {
  const { status, body } = await site.ask<{ detail: string }>(
    'GET',
    `/v1/apps/app/releases/${encodeURIComponent('版'.repeat(128))}`,
  );
  assert.equal(status, 404);
  assert.match(body.detail, /release/);
});

test('what is not there is a problem too, and a broken body is the sender’s', async () => {
  assert.equal(await problem('GET', '/v1/nothing'), '404 not_found');
  const broken = { body: '{"origins"', headers: { 'content-type': 'application/json' } };
  assert.equal(await problem('POST', '/v1/rejected/replay', broken), '400 bad_parameter');
});
