import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { AcquisitionManager, AcquisitionStatus } from 'code-push/script/acquisition-sdk.js';
import type { Http, Package } from 'code-push/script/acquisition-sdk.js';
import { createTestGateway, type TestGateway } from './testGateway.ts';

const verbs: Record<number, string> = { 0: 'GET', 2: 'POST' };

let gateway: TestGateway;
let url: string;
const answers: number[] = [];

/** As the plugins for React Native do it. A request without a body has the callback in its place. */
const requester: Http.Requester = {
  request(verb: number, address: string, body: string | Answered, callback?: Answered) {
    const answered = typeof body === 'string' ? callback! : body;
    const headers = {
      accept: 'application/json',
      'content-type': 'application/json',
      'x-codepush-plugin-name': 'react-native-code-push',
      'x-codepush-plugin-version': '9.0.1',
      'x-codepush-sdk-version': '^4.2.2',
    };
    fetch(address, { method: verbs[verb]!, headers, ...(typeof body === 'string' && { body }) })
      .then(async (answer) => {
        answers.push(answer.status);
        answered(noError, { statusCode: answer.status, body: await answer.text() });
      })
      .catch((error: unknown) => answered(error as Error, { statusCode: 0 }));
  },
};

type Answered = (error: Error, answer: Http.Response) => void;

/** What the client takes for "no error", though its types know none. */
const noError = null as unknown as Error;

before(async () => {
  gateway = await createTestGateway();
  await gateway.app.listen({ host: '127.0.0.1', port: 0 });
  url = `http://127.0.0.1:${(gateway.app.server.address() as AddressInfo).port}`;
});

after(() => gateway.close());

function client(key: string, slash = ''): AcquisitionManager {
  return new AcquisitionManager(requester, {
    serverUrl: `${url}/k/${key}/codepush${slash}`,
    appVersion: '1.4.0',
    clientUniqueId: 'phone-1',
    deploymentKey: 'production-android',
  });
}

const bundle = (label: string): Package => ({
  label,
  appVersion: '1.4.0',
  deploymentKey: 'production-android',
  description: '',
  isMandatory: false,
  packageHash: label,
  packageSize: 6,
});

/** Resolves when the client says that it is done. */
function called(call: (callback: (error: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => call((error) => (error ? reject(error) : resolve())));
}

test("CodePush's own client reports a download, a success, a rollback and a new binary", async () => {
  const { DeploymentSucceeded, DeploymentFailed } = AcquisitionStatus;
  const manager = client(gateway.key);
  const key = 'production-android';
  await called((done) => manager.reportStatusDownload(bundle('v12'), done));
  await called((done) => manager.reportStatusDeploy(bundle('v12'), DeploymentSucceeded, 'v11', key, done));
  await called((done) => manager.reportStatusDeploy(bundle('v13'), DeploymentFailed, undefined, undefined, done));
  await called((done) => client(gateway.key, '/').reportStatusDeploy(undefined, undefined, 'v12', key, done));
  assert.deepEqual(answers.splice(0), [200, 200, 200, 200]);

  const events = await gateway.arrived();
  assert.deepEqual(
    events.map((each) => [each.kind, each.release, each.previous_release, each.enrols]),
    [
      ['download_completed', 'production-android/v12', '', true],
      ['install_completed', 'production-android/v12', 'production-android/v11', true],
      ['rolled_back', 'production-android/v13', '', true],
      ['other', '', 'production-android/v12', false],
    ],
  );
  for (const event of events) {
    assert.equal(event.app_id, 'production-android');
    assert.equal(event.device_id, 'phone-1');
    assert.equal(event.sdk, 'react-native-code-push');
    assert.equal(event.sdk_version, '9.0.1');
  }
});

test('a key that is not known is an error to the client, and so is a question for an update', async () => {
  const [stranger, own] = [client('rgi_nobody'), client(gateway.key)];
  await assert.rejects(
    called((done) => stranger.reportStatusDownload(bundle('v1'), done)),
    /401/,
  );
  await assert.rejects(
    called((done) => own.queryUpdateWithCurrentPackage(bundle('v1'), done)),
    /404/,
  );
  assert.deepEqual(await gateway.arrived(), []);
});
