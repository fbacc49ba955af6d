import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { AcquisitionStatus, type AcquisitionManager } from 'code-push/script/acquisition-sdk.js';
import { bundle, called, codePushClient, deploymentKey as key } from './codePushClient.ts';
import { createTestGateway, type TestGateway } from './testGateway.ts';

let gateway: TestGateway;
let url: string;
const answers: number[] = [];

before(async () => {
  gateway = await createTestGateway();
  await gateway.app.listen({ host: '127.0.0.1', port: 0 });
  url = `http://127.0.0.1:${(gateway.app.server.address() as AddressInfo).port}`;
});

after(() => gateway.close());

function client(key: string, slash = ''): AcquisitionManager {
  return codePushClient(`${url}/k/${key}/codepush${slash}`, answers);
}

test("CodePush's own client reports a download, a success, a rollback and a new binary", async () => {
  const { DeploymentSucceeded, DeploymentFailed } = AcquisitionStatus;
  const manager = client(gateway.key);
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
