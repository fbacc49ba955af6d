import { RollguardError } from '../../runtime/errors.ts';
import type { ConsumerOptions } from '../log.ts';
import type { Fetched } from '../partitionRun.ts';
import { pause } from '../waits.ts';
import type { KafkaClient } from './client.ts';
import { KafkaConnection } from './connection.ts';
import { protocolType, within } from './errors.ts';
import type { FetchedPartition } from './fetchAnswer.ts';
import { readCommitted } from './records.ts';

/** Beyond what the broker may wait by itself, ms. */
const PATIENCE_MS = 10_000;
const BACKOFF_MS = 250;

interface Want {
  partition: number;
  position: number;
  deadline: number;
  /** The caller has its answer, or does not want one any more. */
  over: boolean;
  settle: (fetched: Fetched) => void;
  reject: (error: RollguardError) => void;
}

/**
 * Fetches for all partitions of a consumer, those that wait at the same time in one request to each broker.
 *
 * There are two lanes with a connection each, because a fetch that waits for records holds up its connection. A partition
 * whose last fetch came back half full or more has a backlog and goes into the hot lane, where nothing waits; the others
 * share the long polls of the cold lane. So neither a slow handler nor an idle partition holds up one with work to do.
 */
export class GroupFetcher {
  private readonly options: ConsumerOptions;
  private readonly hot: Lane;
  private readonly cold: Lane;
  private readonly backlog = new Set<number>();

  /** `alive` is told of every answer of a broker. */
  constructor(client: KafkaClient, options: ConsumerOptions, alive: () => void) {
    this.options = options;
    const { maxBytes, lingerMs } = options;
    this.hot = new Lane(client, options.topic, { maxBytes, minBytes: 1, waitMs: 1 }, alive);
    this.cold = new Lane(client, options.topic, { maxBytes, minBytes: maxBytes / 2, waitMs: lingerMs }, alive);
  }

  /** As `PartitionSource.fetch`. While no broker answers it goes on trying, beyond `waitMs`, until the signal fires. */
  async fetch(partition: number, position: number, waitMs: number, signal: AbortSignal): Promise<Fetched> {
    if (this.backlog.delete(partition)) {
      const fetched = await this.hot.fetch(partition, position, 0, signal);
      if (fetched.next > position || signal.aborted) return this.noted(partition, fetched);
    }
    return this.noted(partition, await this.cold.fetch(partition, position, waitMs, signal));
  }

  async close(): Promise<void> {
    await Promise.all([this.hot.close(), this.cold.close()]);
  }

  private noted(partition: number, fetched: Fetched): Fetched {
    let bytes = 0;
    for (const record of fetched.records) bytes += (record.key?.length ?? 0) + (record.value?.length ?? 0);
    if (bytes * 2 >= this.options.maxBytes) this.backlog.add(partition);
    return fetched;
  }
}

class Lane {
  private readonly client: KafkaClient;
  private readonly connection: KafkaConnection;
  private readonly topic: string;
  private readonly limits: { maxBytes: number; minBytes: number; waitMs: number };
  private readonly alive: () => void;
  private readonly closing = new AbortController();
  private waiting: Want[] = [];
  /** Brokers with a fetch in flight. */
  private readonly busy = new Set<string>();
  private pumping: Promise<void> | undefined;

  constructor(
    client: KafkaClient,
    topic: string,
    limits: { maxBytes: number; minBytes: number; waitMs: number },
    alive: () => void,
  ) {
    this.client = client;
    this.connection = new KafkaConnection(client);
    this.topic = topic;
    this.limits = { ...limits, minBytes: Math.max(1, Math.floor(limits.minBytes)) };
    this.alive = alive;
  }

  fetch(partition: number, position: number, waitMs: number, signal: AbortSignal): Promise<Fetched> {
    const nothing = { records: [], next: position };
    if (signal.aborted || this.closing.signal.aborted) return Promise.resolve(nothing);
    return new Promise((resolve, reject) => {
      const end = (finish: () => void): void => {
        want.over = true;
        signal.removeEventListener('abort', abort);
        finish();
      };
      const want: Want = {
        partition,
        position,
        deadline: Date.now() + waitMs,
        over: false,
        settle: (fetched) => end(() => resolve(fetched)),
        reject: (error) => end(() => reject(error)),
      };
      const abort = (): void => want.settle(nothing);
      signal.addEventListener('abort', abort);
      this.waiting.push(want);
      this.pump();
    });
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.connection.close();
  }

  private pump(): void {
    this.pumping ??= this.start().finally(() => {
      this.pumping = undefined;
    });
  }

  /** Begins a fetch from every broker that has none in flight and leads a partition that waits. */
  private async start(): Promise<void> {
    // A turn of the event loop gathers what becomes ready together.
    await new Promise((resolve) => setImmediate(resolve));
    for (;;) {
      this.waiting = this.waiting.filter((want) => !want.over);
      if (this.waiting.length === 0 || this.closing.signal.aborted) return;
      try {
        const leaders = await within(
          PATIENCE_MS,
          'find leaders',
          this.connection.leaders(
            this.topic,
            this.waiting.map((want) => want.partition),
          ),
        );
        if (leaders.size === 0) throw new RollguardError('log_unavailable', `no leader for ${this.topic}`);
        for (const [leader, partitions] of leaders) {
          if (this.busy.has(leader)) continue;
          const wants = this.waiting.filter((want) => partitions.includes(want.partition));
          this.waiting = this.waiting.filter((want) => !wants.includes(want));
          void this.round(leader, wants);
        }
        return;
      } catch {
        this.connection.reset();
        await pause(BACKOFF_MS, this.closing.signal);
      }
    }
  }

  private async round(leader: string, wants: Want[]): Promise<void> {
    this.busy.add(leader);
    try {
      const fetch = this.connection.fetch(leader, this.topic, wants, this.limits);
      const answers = await within(this.limits.waitMs + PATIENCE_MS, 'fetch', fetch);
      this.alive();
      this.deliver(wants, answers);
    } catch (error) {
      this.connection.reset();
      if (protocolType(error) === 'OFFSET_OUT_OF_RANGE') await this.explain(error, wants);
      this.waiting.push(...wants);
      await pause(BACKOFF_MS, this.closing.signal);
    } finally {
      this.busy.delete(leader);
      if (this.waiting.length > 0) this.pump();
    }
  }

  /** Moves the want whose position is out of range to where records begin, or ends it when it lies beyond the end. */
  private async explain(error: unknown, wants: Want[]): Promise<void> {
    const at = error instanceof Error && 'partition' in error ? error.partition : undefined;
    const want = wants.find(({ partition }) => partition === at);
    const ranges = await this.client.ranges(this.topic).catch(() => []);
    const range = ranges.find(({ partition }) => partition === at);
    if (!want || !range) return;
    if (want.position < range.first) want.settle({ records: [], next: range.first });
    else if (want.position > range.end) {
      const place = `${this.topic}/${want.partition} ends at ${range.end}, before ${want.position}`;
      want.reject(new RollguardError('log_position_beyond_end', place, { cause: error }));
    }
  }

  private deliver(wants: Want[], answers: FetchedPartition[]): void {
    const now = Date.now();
    for (const want of wants) {
      const answer = answers.find(({ partition }) => partition === want.partition);
      const fetched = answer ? readCommitted(answer, want.position) : { records: [], next: want.position };
      if (fetched.next > want.position || now >= want.deadline) want.settle(fetched);
      else this.waiting.push(want);
    }
  }
}
