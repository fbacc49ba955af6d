import assert from 'node:assert/strict';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { RollguardError } from '../../lib/runtime/errors.ts';
import { dialects } from '../../services/gateway/dialects/list.ts';
import type { Publisher } from '../../services/gateway/publisher.ts';
import { capgoBatch, capgoEvent } from './capgoEvents.ts';
import { createTestGateway, type TestGateway } from './testGateway.ts';

/** One good request of each dialect, and how its client is told that it is refused. */
const clients = {
  native: {
    path: '/v1/events',
    body: { app_id: 'com.example.app', device_id: 'one', kind: 'activated', release: '1.3.0' },
    accepted: 202,
    type: 'application/problem+json; charset=utf-8',
    code: (text: string) => (JSON.parse(text) as { code: string }).code,
  },
  capgo: {
    path: '/capgo/stats',
    body: capgoBatch(['set', '1.3.0']),
    accepted: 200,
    type: 'application/json; charset=utf-8',
    code: (text: string) => (JSON.parse(text) as { error: string }).error,
  },
  codepush: {
    path: '/codepush/reportStatus/deploy',
    body: {
      deployment_key: 'production',
      app_version: '1.0.0',
      client_unique_id: 'one',
      label: 'v2',
      status: 'DeploymentSucceeded',
    },
    accepted: 200,
    type: 'text/plain; charset=utf-8',
    code: undefined,
  },
} as const;

type Name = keyof typeof clients;
const names = Object.keys(clients) as Name[];

interface Answer {
  status: number;
  text: string;
  type: string;
  retryAfter: unknown;
}

async function post(
  gateway: TestGateway,
  name: Name,
  more: { key?: string; body?: string | Buffer; headers?: object } = {},
): Promise<Answer> {
  const { path, body } = clients[name];
  const answer = await gateway.app.inject({
    method: 'POST',
    url: `/k/${more.key ?? gateway.key}${path}`,
    headers: { 'content-type': 'application/json', ...more.headers },
    payload: more.body ?? JSON.stringify(body),
  });
  return {
    status: answer.statusCode,
    text: answer.body,
    type: String(answer.headers['content-type']),
    retryAfter: answer.headers['retry-after'],
  };
}

/** The refusal has this status and code, in the form that the dialect's client reads. */
function refused(name: Name, answer: Answer, status: number, code: string): void {
  assert.equal(answer.status, status, `${name}: ${answer.text}`);
  assert.equal(answer.type, clients[name].type, name);
  assert.notEqual(answer.text, '', name);
  const said = clients[name].code?.(answer.text);
  if (said !== undefined) assert.equal(said, code, name);
}

async function withGateway(
  options: Parameters<typeof createTestGateway>[0],
  run: (gateway: TestGateway) => Promise<void>,
): Promise<void> {
  const gateway = await createTestGateway(options);
  try {
    await run(gateway);
  } finally {
    await gateway.close();
  }
}

test('every dialect is tried here', () => {
  assert.deepEqual(
    dialects.map(({ name }) => name),
    names,
  );
});

test('a key that is unknown or too long to be one, bodies that are too large or packed in an unknown way', () =>
  withGateway({ config: { maxBodyBytes: 4096 } }, async (gateway) => {
    const large = 'x'.repeat(4097);
    for (const name of names) {
      assert.equal((await post(gateway, name)).status, clients[name].accepted);
      refused(name, await post(gateway, name, { key: 'rgi_nobody' }), 401, 'unknown_key');
      refused(name, await post(gateway, name, { key: 'x'.repeat(400) }), 401, 'unknown_key');
      refused(name, await post(gateway, name, { body: large }), 413, 'body_too_large');
      const bomb = { body: gzipSync(JSON.stringify([large])), headers: { 'content-encoding': 'gzip' } };
      refused(name, await post(gateway, name, bomb), 413, 'body_too_large');
      refused(name, await post(gateway, name, { headers: { 'content-encoding': 'br' } }), 415, 'unsupported_encoding');
      const unreadable = name === 'capgo' ? 'invalid_json_parse_body' : 'unreadable_body';
      refused(name, await post(gateway, name, { body: '{"' }), 400, unreadable);
    }
    assert.equal((await gateway.arrived()).length, names.length);
    assert.ok(!gateway.logged().includes(gateway.key) && !gateway.logged().includes('rgi_nobody'));
  }));

test('a packed body is read like any other', () =>
  withGateway({}, async (gateway) => {
    for (const name of names) {
      const body = gzipSync(JSON.stringify(clients[name].body));
      const answer = await post(gateway, name, { body, headers: { 'content-encoding': 'gzip' } });
      assert.equal(answer.status, clients[name].accepted, name);
    }
    assert.equal((await gateway.arrived()).length, names.length);
  }));

test('more events than a request may have', () =>
  withGateway({ config: { maxBatchEvents: 2 } }, async (gateway) => {
    const events = JSON.stringify(Array.from({ length: 3 }, () => capgoEvent('set', '1.3.0')));
    for (const name of ['native', 'capgo'] as const) {
      refused(name, await post(gateway, name, { body: events }), 413, 'batch_too_large');
    }
    assert.deepEqual(await gateway.arrived(), []);
  }));

const full: Publisher = {
  publish: () => Promise.reject(new RollguardError('spool_full')),
  direct: () => false,
  stop: () => Promise.resolve(),
};

test('with log and spool away every client is told when to come again, and nothing is said to be kept', () =>
  withGateway({ publisher: full }, async (gateway) => {
    for (const name of names) {
      const answer = await post(gateway, name);
      refused(name, answer, 503, 'overloaded');
      assert.equal(answer.retryAfter, '5', name);
    }
    assert.match(await gateway.metrics(), /gateway_events_total\{dialect="capgo",outcome="refused_overloaded"\} 1/);
  }));

for (const limit of ['key', 'network'] as const) {
  const config = { [`${limit}EventsPerSecond`]: 0.001, [`${limit}Burst`]: 1 };

  test(`over the limit of a ${limit} our own client is refused, and clients that a 429 would harm are not`, () =>
    withGateway({ config }, async (gateway) => {
      assert.equal((await post(gateway, 'native')).status, 202);
      const answer = await post(gateway, 'native');
      refused('native', answer, 429, 'rate_limited');
      assert.ok(Number(answer.retryAfter) > 1);
      for (const name of ['capgo', 'codepush'] as const) {
        assert.equal((await post(gateway, name)).status, 200, name);
        const counted = `rollguard_gateway_over_limit_total{dialect="${name}",limit="${limit}"} 1`;
        assert.ok((await gateway.metrics()).includes(counted), counted);
      }
      assert.equal((await gateway.arrived()).length, 3);
    }));
}

test('over the limit of a device our own client is told, and to the others it is as if nothing were wrong', () =>
  withGateway({ config: { deviceEventsPerSecond: 0.001, deviceBurst: 1 } }, async (gateway) => {
    for (const name of names) {
      const first = await post(gateway, name);
      const second = await post(gateway, name);
      assert.equal(second.status, clients[name].accepted, name);
      if (name !== 'native') assert.equal(second.text, first.text, name);
      else assert.match(second.text, /"accepted":0.*rate_limited/);
    }
    assert.equal((await gateway.arrived()).length, names.length);
    const metrics = await gateway.metrics();
    for (const [name, outcome] of [
      ['native', 'rejected_rate_limited'],
      ['capgo', 'dropped_device_limit'],
      ['codepush', 'dropped_device_limit'],
    ]) {
      const counted = `rollguard_gateway_events_total{dialect="${name}",outcome="${outcome}"} 1`;
      assert.ok(metrics.includes(counted), counted);
    }
  }));

test('over the caps on names an event is refused by itself, and CodePush, which would repeat it for ever, hears OK', () =>
  withGateway({ config: { maxReleasesPerKey: 1 } }, async (gateway) => {
    const capgo = await post(gateway, 'capgo', {
      body: JSON.stringify(capgoBatch(['set', '1.3.0'], ['set', '1.4.0'])),
    });
    assert.equal(capgo.status, 200);
    assert.match(capgo.text, /"status":"error","index":1,"error":"too_many_releases"/);
    assert.deepEqual([(await post(gateway, 'codepush')).status, (await post(gateway, 'codepush')).text], [200, 'OK']);
    assert.equal((await gateway.arrived()).length, 1);
  }));

test('a key of another app: 403 where a client names its app, and CodePush names none', () =>
  withGateway({}, async (gateway) => {
    const key = await gateway.keyFor('com.example.other');
    for (const name of ['native', 'capgo'] as const) {
      refused(name, await post(gateway, name, { key }), 403, 'app_not_allowed');
    }
    assert.equal((await post(gateway, 'codepush', { key })).status, 200);
    assert.deepEqual(
      (await gateway.arrived()).map(({ app_id }) => app_id),
      ['com.example.other'],
    );
  }));

test('other methods and other paths', () =>
  withGateway({}, async (gateway) => {
    for (const name of names) {
      const url = `/k/${gateway.key}${clients[name].path}`;
      const head = await gateway.app.inject({ method: 'HEAD', url });
      assert.equal(head.statusCode, name === 'capgo' ? 200 : 405, `${name} HEAD`);
      for (const method of ['PUT', 'DELETE', 'PATCH'] as const) {
        const answer = await gateway.app.inject({ method, url });
        assert.equal(answer.statusCode, 405, `${name} ${method}`);
        assert.equal(answer.headers.allow, name === 'capgo' ? 'GET, POST' : 'POST');
      }
      const preflight = await gateway.app.inject({ method: 'OPTIONS', url });
      assert.deepEqual([preflight.statusCode, preflight.headers['access-control-allow-origin']], [204, '*']);
      const elsewhere = await gateway.app.inject({ method: 'POST', url: `${url}/more` });
      assert.deepEqual([elsewhere.statusCode, elsewhere.json<{ code: string }>().code], [404, 'not_found']);
    }
    const metrics = await gateway.metrics();
    assert.ok(!metrics.includes(gateway.key));
    assert.match(metrics, /requests_total\{route="\/k\/:key\/capgo\/stats",status="405"\} 3/);
  }));

test('a path that cannot be decoded is refused without repeating it, for it may hold a key', () =>
  withGateway({}, async (gateway) => {
    await gateway.app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = gateway.app.server.address() as AddressInfo;
    for (const path of [
      `/k/${gateway.key}%E0%A4%A/capgo/stats`,
      `/k/${gateway.key}/capgo/%ZZ`,
      `/k/${'x'.repeat(2000)}/capgo/stats`,
    ]) {
      const answer = await raw(
        port,
        `POST ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
      );
      assert.match(answer, /^HTTP\/1\.1 4\d\d /, path);
      assert.ok(!answer.includes(gateway.key), answer);
    }
    assert.ok(!gateway.logged().includes(gateway.key));
  }));

/** What a server says to bytes that no HTTP library would send. */
function raw(port: number, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });
}
