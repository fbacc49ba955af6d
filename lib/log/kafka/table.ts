import { hasCode } from '../../runtime/errors.ts';
import type { LogTable } from '../log.ts';
import { TableState } from '../tableState.ts';
import { pause } from '../waits.ts';
import type { KafkaClient } from './client.ts';
import { KafkaConnection } from './connection.ts';
import { PartitionReader } from './reader.ts';

const POLL_MS = 500;
const RETRY_MS = 500;

/**
 * A compacted topic in memory, each partition followed by a loop of its own. While no broker answers the table keeps what
 * it has, and says that it is not healthy.
 */
export class KafkaTable implements LogTable {
  private readonly client: KafkaClient;
  private readonly topic: string;
  private readonly state = new TableState();
  private readonly closing = new AbortController();
  private readonly connections: KafkaConnection[] = [];
  private readonly loops: Promise<void>[] = [];
  private readonly positions: number[] = [];
  private readonly faults = new Set<number>();
  private waiting: { ends: number[]; reached: () => void; refuse: (error: unknown) => void }[] = [];

  private constructor(client: KafkaClient, topic: string) {
    this.client = client;
    this.topic = topic;
  }

  /** Resolves when the table has read to the topic's end. */
  static async open(client: KafkaClient, topic: string): Promise<KafkaTable> {
    const table = new KafkaTable(client, topic);
    const ranges = await client.ranges(topic);
    for (const { partition, first } of ranges) {
      table.positions[partition] = first;
      table.loops.push(table.follow(partition));
    }
    try {
      await table.reached(ranges.map((range) => range.end));
    } catch (error) {
      await table.close();
      throw error;
    }
    return table;
  }

  get(key: string): Buffer | undefined {
    return this.state.get(key);
  }

  entries(): IterableIterator<[string, Buffer]> {
    return this.state.entries();
  }

  onChange(listener: (key: string, value: Buffer | null) => void): () => void {
    return this.state.onChange(listener);
  }

  /** Throws `log_unavailable` when the end cannot be asked for or is not reached for want of a broker. */
  async refresh(): Promise<void> {
    await this.reached((await this.client.ranges(this.topic)).map((range) => range.end));
  }

  healthy(): boolean {
    return this.faults.size === 0 && !this.closed();
  }

  async close(): Promise<void> {
    this.closing.abort();
    this.state.close();
    await Promise.all(this.connections.map((connection) => connection.close()));
    await Promise.all(this.loops);
  }

  private async follow(partition: number): Promise<void> {
    // A long poll holds its connection up, so each partition has one.
    const connection = new KafkaConnection(this.client);
    this.connections.push(connection);
    const reader = new PartitionReader(connection, this.topic, partition);
    while (!this.closed()) {
      try {
        const { records, next } = await reader.fetch(this.positions[partition]!, POLL_MS);
        for (const record of records) this.state.apply(record);
        this.positions[partition] = next;
        this.faults.delete(partition);
        this.settle();
      } catch (error) {
        if (this.closed()) return;
        this.faults.add(partition);
        for (const { refuse } of this.waiting.splice(0)) refuse(error);
        // A recreated topic ends before the position; what it held is of no use any more.
        if (hasCode(error, 'log_position_beyond_end')) this.positions[partition] = await this.restart(partition);
        await pause(RETRY_MS, this.closing.signal);
      }
    }
  }

  private closed(): boolean {
    return this.closing.signal.aborted;
  }

  private async restart(partition: number): Promise<number> {
    const ranges = await this.client.ranges(this.topic).catch(() => []);
    const range = ranges.find((other) => other.partition === partition);
    if (!range) return this.positions[partition]!;
    this.state.clear();
    return range.first;
  }

  private reached(ends: number[]): Promise<void> {
    return new Promise((reached, refuse) => {
      this.waiting.push({ ends, reached, refuse });
      this.settle();
    });
  }

  private settle(): void {
    this.waiting = this.waiting.filter(({ ends, reached }) => {
      if (ends.some((end, partition) => (this.positions[partition] ?? 0) < end)) return true;
      reached();
      return false;
    });
  }
}
