import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createTestGateway, type TestGateway } from '../../../test/dialects/testGateway.ts';

let gateway: TestGateway;

before(async () => {
  gateway = await createTestGateway();
});

after(() => gateway.close());

const deployment = 'X7a-KmQ2prodAndroid_0123456789abcdef';
const report = {
  deployment_key: deployment,
  app_version: '1.0.0',
  client_unique_id: '7f6d2c1e-1b2a-4c3d-8e4f-5a6b7c8d9e0f',
  label: 'v2',
  status: 'DeploymentSucceeded',
  previous_label_or_app_version: '1.0.0',
  previous_deployment_key: deployment,
};
const modern = '/v0.1/public/codepush/report_status';
const pluginHeaders = {
  'x-codepush-plugin-name': '@appzung/react-native-code-push',
  'x-codepush-plugin-version': '11.0.4',
};

function without(...fields: (keyof typeof report)[]): object {
  return Object.fromEntries(Object.entries(report).filter(([name]) => !(fields as string[]).includes(name)));
}

interface Answer {
  status: number;
  text: string;
  type: string;
}

async function post(body: unknown, path = `${modern}/deploy`, headers = {}, key = gateway.key): Promise<Answer> {
  const answer = await gateway.app.inject({
    method: 'POST',
    url: `/k/${key}/codepush${path}`,
    headers: { 'content-type': 'application/json', ...headers },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.statusCode, text: answer.body, type: String(answer.headers['content-type']) };
}

const ok: Answer = { status: 200, text: 'OK', type: 'text/plain; charset=utf-8' };

test('a proven update, as it lies in the log', async () => {
  assert.deepEqual(await post(report, undefined, pluginHeaders), ok);
  const [event] = await gateway.arrived();
  const { event_id, received_at, occurred_at, device_clock, source_network, ...rest } = event!;
  assert.match(event_id, /^[0-9a-f-]{36}$/);
  assert.deepEqual([occurred_at, device_clock], [received_at, received_at], 'the client sends no time');
  assert.ok(source_network > 0);
  assert.deepEqual(rest, {
    app_id: deployment,
    device_id: report.client_unique_id,
    kind: 'install_completed',
    release: `${deployment}/v2`,
    previous_release: '1.0.0',
    channel: '',
    platform: '',
    os_version: '',
    abi: '',
    app_version: '1.0.0',
    device_model: '',
    network: '',
    region: '',
    sdk: 'appzung/react-native-code-push',
    sdk_version: '11.0.4',
    sent_at: null,
    skew_ms: 0,
    duration_ms: null,
    bytes: null,
    progress: null,
    attempt: null,
    error_code: '',
    error_message: '',
    error_class: '',
    is_production: true,
    is_emulator: false,
    enrols: true,
    dialect: 'codepush',
    source_action: 'DeploymentSucceeded',
    attributes: {},
  });
});

test('what each report counts as', async () => {
  const binary = without('label', 'status');
  const cases: [object, string, unknown[]][] = [
    [report, 'deploy', ['install_completed', `${deployment}/v2`, '1.0.0', true, '']],
    [
      { ...report, label: 'v3', status: 'DeploymentFailed', previous_label_or_app_version: 'v2' },
      'deploy',
      ['rolled_back', `${deployment}/v3`, `${deployment}/v2`, true, 'DeploymentFailed'],
    ],
    [
      { ...report, previous_label_or_app_version: 'v9', previous_deployment_key: 'staging' },
      'deploy',
      ['install_completed', `${deployment}/v2`, 'staging/v9', true, ''],
    ],
    [{ ...report, status: 'Downloaded' }, 'deploy', ['download_completed', `${deployment}/v2`, '1.0.0', true, '']],
    [{ ...binary, previous_label_or_app_version: 'v3' }, 'deploy', ['other', '', `${deployment}/v3`, false, '']],
    [report, 'download', ['download_completed', `${deployment}/v2`, '', true, '']],
  ];
  for (const [body, path, expected] of cases) {
    assert.deepEqual(await post(body, `${modern}/${path}`), ok);
    const events = await gateway.arrived();
    assert.deepEqual(
      events.map((each) => [each.kind, each.release, each.previous_release, each.enrols, each.error_code]),
      [expected],
    );
  }
});

test('both spellings on both paths, as JSON and as a form; camelCase wins', async () => {
  const camel = {
    deploymentKey: deployment,
    appVersion: '1.0.0',
    clientUniqueId: 'one',
    label: 'v2',
    status: 'DeploymentFailed',
    previousLabelOrAppVersion: 'v1',
    deployment_key: 'the-other-spelling',
  };
  const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
  for (const path of [`${modern}/deploy`, '/reportStatus/deploy', '/reportStatus/deploy/']) {
    assert.deepEqual(await post(camel, path), ok);
    assert.deepEqual(await post({ ...report, deploymentKey: '', client_unique_id: 'one' }, path), ok);
    assert.deepEqual(await post(new URLSearchParams(camel).toString(), path, form), ok);
  }
  for (const path of [`${modern}/download`, '/reportStatus/download']) assert.deepEqual(await post(camel, path), ok);
  const events = await gateway.arrived();
  assert.equal(events.length, 11);
  assert.ok(events.every(({ release, device_id }) => release === `${deployment}/v2` && device_id === 'one'));
});

test('the app is that of the key, or of a key for every app the deployment', async () => {
  const key = await gateway.keyFor('com.example.shop');
  await post(report, undefined, {}, key);
  await post(report);
  assert.deepEqual(
    (await gateway.arrived()).map(({ app_id }) => app_id),
    ['com.example.shop', deployment],
  );
});

test('a report is repeated until it is acknowledged, and has one id', async () => {
  for (let time = 0; time < 3; time += 1) {
    await post(report);
    await post({ ...report, status: 'DeploymentFailed' });
    gateway.now += 86_400_000;
  }
  const ids = (await gateway.arrived()).map(({ event_id }) => event_id);
  assert.equal(ids.length, 6);
  assert.equal(new Set(ids).size, 2);
});

test('devices without a name are kept and never counted, for they cannot be told apart', async () => {
  assert.deepEqual(await post(without('client_unique_id')), ok);
  const [event] = await gateway.arrived();
  assert.deepEqual([event!.device_id, event!.kind, event!.enrols], ['', 'install_completed', false]);
});

test('a report that lacks what it needs is told so, in text, and not stored', async () => {
  const cases: [unknown, string, RegExp][] = [
    [without('deployment_key'), 'deploy', /deployment_key is required/],
    [without('app_version'), 'deploy', /app_version is required/],
    [without('status'), 'deploy', /status is required/],
    [{ ...report, status: 'Exploded' }, 'deploy', /status/],
    [{ ...report, label: 5 }, 'deploy', /label must be a string/],
    [{ ...report, deployment_key: 'x'.repeat(127) }, 'deploy', /label/],
    [without('label'), 'download', /label is required/],
    [without('deployment_key'), 'download', /deployment_key is required/],
    ['{"deployment_key": ', 'deploy', /JSON/],
    ['[]', 'deploy', /object/],
    ['null', 'download', /object/],
    ['', 'download', /JSON/],
  ];
  for (const [body, path, text] of cases) {
    const answer = await post(body, `${modern}/${path}`);
    assert.equal(answer.status, 400, JSON.stringify(body));
    assert.match(answer.text, text);
    assert.equal(answer.type, 'text/plain; charset=utf-8');
  }
  assert.deepEqual(await gateway.arrived(), []);
});
