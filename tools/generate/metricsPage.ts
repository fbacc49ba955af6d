import { metricCatalogue } from '../../lib/runtime/metrics.ts';
import { page, table } from './table.ts';

/** Every metric. */
export function metricsPage(): string {
  const rows = Object.entries(metricCatalogue).map(([name, { type, help, labels }]) => [
    `\`${name}\``,
    type,
    labels.map((label) => `\`${label}\``).join(', '),
    help,
  ]);
  return page(
    'Metrics',
    'lib/runtime/metrics.ts',
    'Prometheus reads them from `/metrics`: of `rollguard start` and control on the operator port, of a lone gateway or worker on `ROLLGUARD_METRICS_PORT`. Durations are seconds, sizes bytes.',
    table(['metric', 'type', 'labels', 'meaning'], rows),
  );
}
