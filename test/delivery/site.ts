import { brokerMissing } from '../broker.ts';
import { createClusterSite } from './clusterSite.ts';
import { createEmbeddedSite } from './embeddedSite.ts';
import type { Service } from './service.ts';

export const ingestKey = 'rgi_delivery_test_0123456789abcdef';
export const operatorKey = 'rgo_delivery_test_0123456789abcdef';

export type Mode = 'embedded' | 'cluster';
export type Part = 'gateway' | 'worker' | 'control';

/** A whole installation of real processes, any of which can be killed and started again on the same data. */
export interface Site {
  readonly mode: Mode;
  readonly deviceUrl: string;
  readonly operatorUrl: string;
  /** Starts one of each part, and resolves when they answer. */
  start(): Promise<void>;
  /** Waits until gateway and operator API answer. Throws when a process has ended by itself. */
  ready(): Promise<void>;
  /**
   * Starts one more process with this part; embedded, the one process that has all parts. `crashAt` names a crash point,
   * and after a colon the passage at which it dies.
   */
  run(part: Part, crashAt?: string): Service;
  /** Runs a command of its own with the site's settings. */
  command(args: string[]): Service;
  /** The process with this part that was started last. */
  current(part: Part): Service;
  /** SIGKILL, to the processes with this part that run. */
  kill(part: Part): Promise<void>;
  /** Runs a statement in the engine itself; embedded, only while the process is down. */
  sql(statement: string): Promise<void>;
  /** Rows of a query; embedded, only while the process is down. */
  rows<Row>(query: string): Promise<Row[]>;
  /** Folder of the gateway's spool. */
  readonly spoolDir: string;
  /** Stops Kafka and runs `meanwhile` without it; embedded there is no Kafka and this is refused. */
  withoutBroker(meanwhile: () => Promise<void>): Promise<void>;
  /** `host:port` of the broker; "" when embedded. */
  readonly brokers: string;
  /** A JSON answer of the operator API. Throws on any other status than 200. */
  get<T>(path: string): Promise<T>;
  /** All that the processes have written. */
  output(): string;
  /** Ends every process in order; throws when one does not end well. */
  stop(): Promise<void>;
  /** Called at `close`, whatever the test has come to. */
  onClose(stop: () => void): void;
  close(): Promise<void>;
}

/** Why a mode cannot be tested here, or false. */
export function skipped(mode: Mode): string | false {
  return mode === 'embedded' ? false : (brokerMissing() ?? false);
}

export function createSite(mode: Mode, settings: Record<string, string> = {}): Promise<Site> {
  return mode === 'embedded' ? createEmbeddedSite(settings) : createClusterSite(settings);
}
