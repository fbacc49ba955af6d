import { Kafka, logLevel } from 'kafkajs';
import type { Admin, SASLOptions } from 'kafkajs';
import { RollguardError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { PartitionRange } from '../log.ts';
import { pause } from '../waits.ts';
import { clientLog } from './clientLog.ts';
import { logError, protocolType, within } from './errors.ts';
import { DEFAULT_APPEND_TIMEOUT_MS } from './options.ts';
import type { KafkaOptions } from './options.ts';

/** How long the number of a topic's partitions is believed, ms. */
const TOPICS_MAX_AGE_MS = 60_000;
/** An administrative request that takes longer has failed, ms. */
const ADMIN_TIMEOUT_MS = 15_000;
/** How long a partition may be without a leader that knows of it, as just after its topic was made, ms. */
const ELECTION_MS = 5_000;
const ELECTION_PAUSE_MS = 100;
/** What a broker says that does not lead the partition, or not yet. */
const NOT_LEADING = ['NOT_LEADER_FOR_PARTITION', 'LEADER_NOT_AVAILABLE'];

/** What all parts of the adapter share: how to connect, an admin connection, what topics there are. */
export class KafkaClient {
  readonly appendTimeoutMs: number;
  private readonly options: KafkaOptions;
  private readonly logger: Logger | undefined;
  private connecting: Promise<Admin> | undefined;
  private topics: { at: number; partitions: Map<string, number> } | undefined;
  private closed = false;

  constructor(options: KafkaOptions, logger: Logger | undefined) {
    this.options = options;
    this.logger = logger;
    this.appendTimeoutMs = options.appendTimeoutMs ?? DEFAULT_APPEND_TIMEOUT_MS;
  }

  /** A client of its own: consumers of one group must not share one, since kafkajs keeps their offsets in it. */
  kafka(): Kafka {
    this.mustBeOpen();
    return new Kafka({
      brokers: this.options.brokers,
      clientId: this.options.clientId ?? 'rollguard',
      ssl: this.options.ssl ?? false,
      // One type for all mechanisms here, a union of one for each there.
      ...(this.options.sasl === undefined ? {} : { sasl: this.options.sasl as SASLOptions }),
      connectionTimeout: 2_000,
      requestTimeout: 15_000,
      retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 8 },
      logLevel: logLevel.INFO,
      logCreator: clientLog(this.logger),
    });
  }

  /** Runs one administrative request. A connection on which one has failed is given up. */
  async admin<T>(doing: string, request: (admin: Admin) => Promise<T>, timeoutMs = ADMIN_TIMEOUT_MS): Promise<T> {
    this.mustBeOpen();
    this.connecting ??= this.connect();
    const connecting = this.connecting;
    try {
      return await within(
        timeoutMs,
        doing,
        connecting.then((admin) => request(admin)),
      );
    } catch (error) {
      const mapped = logError(error, doing);
      if (mapped.code === 'log_unavailable') this.giveUp(connecting);
      throw mapped;
    }
  }

  /** Throws `log_not_migrated` when the topic is missing. */
  async partitions(topic: string): Promise<number> {
    const known = this.topics;
    const count = known && Date.now() - known.at < TOPICS_MAX_AGE_MS ? known.partitions.get(topic) : undefined;
    const fresh = count ?? (await this.refreshTopics()).get(topic);
    if (fresh === undefined) {
      throw new RollguardError('log_not_migrated', `The topic ${topic} is missing: run \`rollguard migrate\`.`);
    }
    return fresh;
  }

  /** All topics of the cluster with the number of their partitions. */
  async refreshTopics(): Promise<Map<string, number>> {
    // Naming no topic asks for all of them, and so cannot fail because one is missing.
    const { topics } = await this.admin('list topics', (admin) => admin.fetchTopicMetadata(), this.appendTimeoutMs);
    const partitions = new Map(topics.map((topic) => [topic.name, topic.partitions.length]));
    this.topics = { at: Date.now(), partitions };
    return partitions;
  }

  /** From the oldest offset kept to the high watermark, transactions under way included. */
  async ranges(topic: string): Promise<PartitionRange[]> {
    await this.partitions(topic);
    const offsets = await this.throughElection(() =>
      this.admin('ask for offsets', (admin) => admin.fetchTopicOffsets(topic)),
    );
    return offsets
      .map(({ partition, low, high }) => ({ partition, first: Number(low), end: Number(high) }))
      .sort((a, b) => a.partition - b.partition);
  }

  async close(): Promise<void> {
    this.closed = true;
    const admin = await this.connecting?.catch(() => undefined);
    await admin?.disconnect();
  }

  /** kafkajs asks for the leaders anew only on the next request, so this one is made again. */
  private async throughElection<T>(ask: () => Promise<T>): Promise<T> {
    const deadline = Date.now() + ELECTION_MS;
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (!NOT_LEADING.includes(protocolType(error) ?? '') || Date.now() > deadline) throw error;
        await pause(ELECTION_PAUSE_MS, new AbortController().signal);
      }
    }
  }

  private mustBeOpen(): void {
    if (this.closed) throw new RollguardError('log_unavailable', 'The log is closed.');
  }

  private async connect(): Promise<Admin> {
    const admin = this.kafka().admin();
    await admin.connect();
    return admin;
  }

  private giveUp(connecting: Promise<Admin>): void {
    if (this.connecting === connecting) this.connecting = undefined;
    connecting.then((admin) => admin.disconnect()).catch(() => undefined);
  }
}
