import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';

/**
 * Every metric Rollguard has: name, type, meaning and labels, in one place. Add a line here to add a metric; dashboards
 * and docs are checked against this list. Durations are seconds, sizes bytes.
 */
export const metricCatalogue = {
  rollguard_gateway_events_total: {
    type: 'counter',
    help: 'Events by the one outcome each ended in; the outcomes are a closed list (services/gateway/outcome.ts).',
    labels: ['dialect', 'outcome'],
  },
  rollguard_gateway_requests_total: {
    type: 'counter',
    help: 'Requests answered, by route pattern and status.',
    labels: ['route', 'status'],
  },
  rollguard_gateway_request_seconds: {
    type: 'histogram',
    help: 'From the arrival of a request to its answer, durable acks included.',
    labels: ['route'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
  rollguard_gateway_over_limit_total: {
    type: 'counter',
    help: 'Events over a limit of their key or network that were accepted all the same, their client losing them otherwise.',
    labels: ['dialect', 'limit'],
  },
  rollguard_gateway_append_events: {
    type: 'histogram',
    help: 'Events coalesced into one append to the log.',
    labels: [],
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096],
  },
  rollguard_gateway_append_seconds: {
    type: 'histogram',
    help: 'One append to the log, until it was durable.',
    labels: [],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  },
  rollguard_gateway_inflight_bytes: {
    type: 'gauge',
    help: 'Bytes of accepted events that are not durable yet.',
    labels: [],
  },
  rollguard_gateway_spool_bytes: { type: 'gauge', help: 'Bytes of events waiting in the spool.', labels: [] },
  rollguard_gateway_spool_records: { type: 'gauge', help: 'Events waiting in the spool.', labels: [] },
  rollguard_gateway_spool_drained_total: {
    type: 'counter',
    help: 'Events moved from the spool to the log.',
    labels: [],
  },
  rollguard_worker_stored_total: { type: 'counter', help: 'Records stored in the warehouse.', labels: ['topic'] },
  rollguard_worker_rejected_total: {
    type: 'counter',
    help: 'Records that could not be stored, by the code under which rejected_events keeps them.',
    labels: ['code'],
  },
  rollguard_worker_insert_seconds: {
    type: 'histogram',
    help: 'One block, until it was stored with all views; retries included.',
    labels: ['topic'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  },
  rollguard_worker_retries_total: {
    type: 'counter',
    help: 'Calls to the warehouse that failed and were tried again.',
    labels: ['topic'],
  },
  rollguard_worker_position: {
    type: 'gauge',
    help: 'The offset after the last record stored, by partition.',
    labels: ['topic', 'partition'],
  },
} as const satisfies Record<string, MetricSpec>;

interface MetricSpec {
  type: 'counter' | 'gauge' | 'histogram';
  help: string;
  labels: readonly string[];
  buckets?: readonly number[];
}

type Catalogue = typeof metricCatalogue;
export type MetricName = keyof Catalogue;
type NamesOf<T extends MetricSpec['type']> = {
  [N in MetricName]: Catalogue[N]['type'] extends T ? N : never;
}[MetricName];
type LabelOf<N extends MetricName> = Catalogue[N]['labels'][number];

/** The metrics of one process. Names and labels are checked by the compiler. */
export interface Metrics {
  inc<N extends NamesOf<'counter'>>(name: N, labels: Record<LabelOf<N>, string>, by?: number): void;
  set<N extends NamesOf<'gauge'>>(name: N, labels: Record<LabelOf<N>, string>, value: number): void;
  observe<N extends NamesOf<'histogram'>>(name: N, labels: Record<LabelOf<N>, string>, value: number): void;
}

/** Registers the whole catalogue, so that a metric nobody has touched yet can be seen too. */
export function createMetrics(registry: Registry): Metrics {
  const counters = new Map<string, Counter>();
  const gauges = new Map<string, Gauge>();
  const histograms = new Map<string, Histogram>();
  for (const [name, spec] of Object.entries<MetricSpec>(metricCatalogue)) {
    const common = { name, help: spec.help, labelNames: [...spec.labels], registers: [registry] };
    if (spec.type === 'counter') counters.set(name, new Counter(common));
    else if (spec.type === 'gauge') gauges.set(name, new Gauge(common));
    else histograms.set(name, new Histogram({ ...common, buckets: [...(spec.buckets ?? [])] }));
  }
  return {
    inc: (name, labels, by = 1) => counters.get(name)!.inc(labels, by),
    set: (name, labels, value) => gauges.get(name)!.set(labels, value),
    observe: (name, labels, value) => histograms.get(name)!.observe(labels, value),
  };
}
