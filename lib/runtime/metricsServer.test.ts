import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { createMetrics } from './metrics.ts';
import { startMetricsServer } from './metricsServer.ts';

test('metrics, health and readiness of a lone service', async (t) => {
  const registry = new Registry();
  createMetrics(registry);
  let ready: string | undefined = 'the log is away';
  const server = await startMetricsServer({
    host: '127.0.0.1',
    port: 0,
    registry,
    alive: () => undefined,
    ready: () => Promise.resolve(ready),
  });
  t.after(() => server.stop());
  const get = async (path: string) => {
    const answer = await fetch(server.url + path);
    return { status: answer.status, text: await answer.text() };
  };
  assert.match((await get('/metrics')).text, /rollguard_worker_stored_total/);
  assert.equal((await get('/healthz')).status, 200);
  assert.deepEqual(await get('/readyz'), { status: 503, text: 'the log is away\n' });
  ready = undefined;
  assert.equal((await get('/readyz?x=1')).status, 200);
  assert.equal((await get('/secret')).status, 404);
});
