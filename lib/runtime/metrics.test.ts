import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { createMetrics, metricCatalogue } from './metrics.ts';

test('every metric of the catalogue is exposed with its help and counts under its labels', async () => {
  const registry = new Registry();
  const metrics = createMetrics(registry);
  metrics.inc('rollguard_gateway_events_total', { dialect: 'native', outcome: 'accepted' }, 3);
  metrics.set('rollguard_gateway_spool_bytes', {}, 7);
  metrics.observe('rollguard_gateway_append_events', {}, 12);
  const text = await registry.metrics();
  for (const [name, spec] of Object.entries(metricCatalogue)) {
    assert.ok(text.includes(`# HELP ${name} ${spec.help}`), name);
    assert.ok(text.includes(`# TYPE ${name} ${spec.type}`), name);
  }
  assert.match(text, /rollguard_gateway_events_total\{dialect="native",outcome="accepted"\} 3\n/);
  assert.match(text, /rollguard_gateway_spool_bytes 7\n/);
  assert.match(text, /rollguard_gateway_append_events_sum 12\n/);
});
