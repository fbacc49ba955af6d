import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode } from '../errors.ts';
import { describeConfig } from './describeConfig.ts';
import { readConfig } from './readConfig.ts';

function faultsOf(env: Record<string, string>, role: Parameters<typeof readConfig>[1]): string {
  try {
    readConfig(env, role);
  } catch (error) {
    assert.ok(hasCode(error, 'config_invalid'));
    return (error as Error).message;
  }
  return '';
}

test('embedded mode needs no setting at all', () => {
  const { config, warnings } = readConfig({}, 'embedded');
  assert.equal(config.port, 8080);
  assert.equal(config.controlHost, '127.0.0.1');
  assert.deepEqual(config.kafkaBrokers, []);
  assert.equal(config.clickhouseUrl, undefined);
  assert.deepEqual(warnings, []);
});

test('all faults are told at once, each with what to write', () => {
  const message = faultsOf(
    {
      ROLLGUARD_PORT: '99999',
      LOG_LEVEL: 'loud',
      ROLLGUARD_SPOOL_BYTES: '12 apples',
      ROLLGUARD_KAFKA_BROKERS: 'broker',
    },
    'embedded',
  );
  assert.match(message, /4 faults/);
  assert.match(message, /ROLLGUARD_PORT='99999' must be a whole number, 0 to 65535/);
  assert.match(message, /LOG_LEVEL='loud' must be one of: fatal/);
  assert.match(message, /ROLLGUARD_SPOOL_BYTES='12 apples' must be bytes/);
  assert.match(message, /entry 'broker'; must be <host>:<port>/);
});

test('a wrong secret is reported without its value, and a right one is masked', () => {
  const message = faultsOf({ ROLLGUARD_SECRET: 'tooshort' }, 'embedded');
  assert.match(message, /ROLLGUARD_SECRET must be at least 16/);
  assert.ok(!message.includes('tooshort'));
  const lines = describeConfig(readConfig({ ROLLGUARD_SECRET: 'a-secret-of-some-length' }, 'embedded').config).join(
    '\n',
  );
  assert.match(lines, /ROLLGUARD_SECRET=\*{8}/);
  assert.ok(!lines.includes('a-secret-of-some-length'));
});

test('a lone service names the servers it misses', () => {
  assert.match(faultsOf({}, 'gateway'), /ROLLGUARD_KAFKA_BROKERS is missing[^]*ROLLGUARD_SECRET is missing/);
  assert.match(faultsOf({}, 'worker'), /ROLLGUARD_KAFKA_BROKERS is missing[^]*ROLLGUARD_CLICKHOUSE_URL is missing/);
});

test('a setting that is given but wrong is not also called missing', () => {
  const message = faultsOf(
    { ROLLGUARD_KAFKA_BROKERS: 'nonsense', ROLLGUARD_CLICKHOUSE_URL: 'http://ch:8123' },
    'worker',
  );
  assert.match(message, /a fault:/);
});

test('the address that Kubernetes puts into ROLLGUARD_PORT is explained', () => {
  assert.match(faultsOf({ ROLLGUARD_PORT: 'tcp://10.0.0.1:8080' }, 'embedded'), /enableServiceLinks: false/);
});

test('an unknown name is a warning, sizes take units, lists take blanks', () => {
  const { config, warnings } = readConfig(
    {
      ROLLGUARD_PROT: '1',
      ROLLGUARD_TEST_KILLS: '3',
      ROLLGUARD_SPOOL_BYTES: '512m',
      ROLLGUARD_TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8',
    },
    'embedded',
  );
  assert.deepEqual(warnings, ['ROLLGUARD_PROT is not a setting of this version and is ignored.']);
  assert.equal(config.spoolBytes, 512 * 1024 * 1024);
  assert.deepEqual(config.trustedProxies, ['127.0.0.1', '10.0.0.0/8']);
});

test('a preset ingest key for every app is warned of', () => {
  assert.match(readConfig({ ROLLGUARD_INGEST_KEY: 'rgi_0123456789abcdef' }, 'embedded').warnings.join(), /every app/);
});
