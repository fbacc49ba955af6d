import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { capgoActions } from '../../services/gateway/dialects/capgoActions.ts';
import { dialects } from '../../services/gateway/dialects/list.ts';
import { createTestGateway, type TestGateway } from './testGateway.ts';

/** Runs of each property. */
const numRuns = 2000;

let gateway: TestGateway;

before(async () => {
  gateway = await createTestGateway({ inMemory: true });
});

after(() => gateway.close());

interface Answer {
  status: number;
  text: string;
  type: string;
}

async function post(path: string, payload: string | Buffer, headers: Record<string, string> = {}): Promise<Answer> {
  const answer = await gateway.app.inject({
    method: 'POST',
    url: `/k/${gateway.key}/${path}`,
    headers: { 'content-type': 'application/json', ...headers },
    payload,
  });
  return { status: answer.statusCode, text: answer.body, type: String(answer.headers['content-type']) };
}

/** Half of them nearly what a client sends, since pure noise never gets past the first check. */
const value = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.jsonValue(), fc.constant(undefined));
const id = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('com.example.a', 'com.example.b') },
  { weight: 1, arbitrary: value },
);

const capgoItem = fc.record(
  {
    app_id: id,
    device_id: id,
    action: fc.oneof(fc.constantFrom(...Object.keys(capgoActions), 'download_50', 'constructor', '__proto__'), value),
    version_name: fc.oneof(fc.constantFrom('1.2.3', '1.3.0', 'builtin', '1.3.0:a.js', ':'), value),
    old_version_name: fc.oneof(fc.constantFrom('1.2.3', 'builtin'), value),
    version_build: fc.oneof(fc.constant('1.2.3'), value),
    platform: fc.oneof(fc.constantFrom('ios', 'android', 'electron'), value),
    plugin_version: fc.oneof(fc.constantFrom('8.51.23', '7.16.9', '6.14.25'), value),
    timestamp: fc.oneof(fc.double(), fc.integer({ min: 0, max: 4e12 }), value),
    metadata: fc.oneof(fc.dictionary(fc.string(), value, { maxKeys: 25 }), value),
    is_prod: fc.oneof(fc.boolean(), value),
    defaultChannel: value,
    message: value,
  },
  { requiredKeys: [] },
);
const capgoBody = fc.oneof(
  fc.array(fc.oneof({ weight: 5, arbitrary: capgoItem }, { weight: 1, arbitrary: fc.jsonValue() }), { maxLength: 5 }),
  capgoItem,
  fc.jsonValue(),
);

const codepushBody = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record(
      {
        deployment_key: id,
        deploymentKey: value,
        app_version: id,
        client_unique_id: value,
        label: fc.oneof(fc.constantFrom('v1', 'v2'), value),
        status: fc.oneof(
          fc.constantFrom('DeploymentSucceeded', 'DeploymentFailed', 'Downloaded', 'constructor'),
          value,
        ),
        previous_label_or_app_version: fc.oneof(fc.constantFrom('v1', '1.0.0'), value),
        previousDeploymentKey: value,
      },
      { requiredKeys: [] },
    ),
  },
  { weight: 1, arbitrary: fc.jsonValue() },
);

interface CapgoAnswer {
  status?: string;
  results?: { status: string; index: number; error?: string; message?: string }[];
  error?: string;
  message?: string;
}

/** The form of an answer to Capgo; returns how many events it says were kept. */
function keptByCapgo(answer: Answer, body: unknown): number {
  assert.equal(answer.type, 'application/json; charset=utf-8');
  const said = JSON.parse(answer.text) as CapgoAnswer;
  if (answer.status === 400) {
    assert.ok(said.error === 'invalid_json_parse_body' && said.message, answer.text);
    return 0;
  }
  assert.equal(answer.status, 200, answer.text);
  if (!Array.isArray(body)) {
    if (said.status === 'ok') return 1;
    assert.ok(said.error && said.message, answer.text);
    return 0;
  }
  assert.equal(said.status, 'ok');
  assert.deepEqual(
    said.results!.map(({ index }) => index),
    body.map((_each, index) => index),
  );
  for (const { status, error, message } of said.results!) assert.ok(status === 'ok' || (error && message));
  return said.results!.filter(({ status }) => status === 'ok').length;
}

function keptByCodepush(answer: Answer): number {
  assert.equal(answer.type, 'text/plain; charset=utf-8');
  if (answer.status === 200) {
    assert.equal(answer.text, 'OK');
    return 1;
  }
  assert.equal(answer.status, 400, answer.text);
  assert.notEqual(answer.text, '');
  return 0;
}

test('Capgo: any JSON has the documented answer, and exactly the events that it says were kept are published, whole', async () => {
  let kept = 0;
  await fc.assert(
    fc.asyncProperty(capgoBody, async (body) => {
      kept += keptByCapgo(await post('capgo/stats', JSON.stringify(body)), body);
    }),
    { numRuns },
  );
  assert.equal((await gateway.arrived()).length, kept);
  assert.ok(kept > numRuns / 2, `${kept} kept`);
});

test('CodePush: any JSON has the documented answer, and exactly the events that it says were kept are published, whole', async () => {
  let kept = 0;
  const path = fc.constantFrom(
    'codepush/v0.1/public/codepush/report_status/deploy',
    'codepush/v0.1/public/codepush/report_status/download',
    'codepush/reportStatus/deploy',
    'codepush/reportStatus/download',
  );
  await fc.assert(
    fc.asyncProperty(path, codepushBody, async (at, body) => {
      kept += keptByCodepush(await post(at, JSON.stringify(body)));
    }),
    { numRuns },
  );
  assert.equal((await gateway.arrived()).length, kept);
  assert.ok(kept > numRuns / 10, `${kept} kept`);
});

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 400 }).map((each) => Buffer.from(each)),
  fc.json({ maxDepth: 3 }).map((each) => Buffer.from(each)),
);
const headers = fc.record({
  'content-type': fc.constantFrom(
    'application/json',
    'application/json; charset=utf-8',
    'application/x-www-form-urlencoded',
    'text/plain',
    'multipart/form-data; boundary=x',
    ';;;',
  ),
  'content-encoding': fc.constantFrom('identity', 'identity', 'gzip', 'deflate', 'br'),
});

/** The answer of each dialect to a whole request that it refuses is of this type. */
const refusalTypes: Record<string, string> = {
  native: 'application/problem+json',
  capgo: 'application/json',
  codepush: 'text/plain',
};

for (const { name, mounts, routes } of dialects) {
  test(`${name}: bytes of any kind, under any type and encoding, are never our fault, and are refused in its words`, async () => {
    const paths = routes.map(({ method, path }) => ({
      method,
      url: mounts.at(-1)!.replace(':key', gateway.key) + path,
    }));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), bytes, headers, async (to, payload, given) => {
        const answer = await gateway.app.inject({ ...to, payload, headers: given });
        assert.ok(answer.statusCode < 500, `${answer.statusCode}: ${answer.body}`);
        if (answer.statusCode < 400) return;
        assert.notEqual(answer.body, '');
        const type = String(answer.headers['content-type']);
        assert.ok(type.startsWith(refusalTypes[name]!), type);
      }),
      { numRuns },
    );
    await gateway.arrived();
  });
}
