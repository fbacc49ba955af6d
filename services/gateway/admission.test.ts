import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAdmission, type Sender } from './admission.ts';
import { gatewayDefaults } from './gatewayConfig.ts';

test('a request that one limit stops does not spend the other', () => {
  const limits = { keyEventsPerSecond: 1, keyBurst: 10, networkEventsPerSecond: 1, networkBurst: 5 };
  const admission = createAdmission({ ...gatewayDefaults, ...limits, secret: 'secret', spoolDir: '' });
  const key = { id: 'key_1', app: '*' } as Sender['key'];
  const from = (network: number): Sender => ({ key, network, receivedAt: 0, dialect: 'native' });
  assert.equal(admission.overLimit(from(1), 5), undefined);
  assert.deepEqual(admission.overLimit(from(1), 5), { limit: 'network', waitMs: 5000 });
  assert.equal(admission.overLimit(from(2), 5), undefined, 'the key has still five');
  assert.deepEqual(admission.overLimit(from(3), 5), { limit: 'key', waitMs: 5000 });
});
