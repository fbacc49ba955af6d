import type { ITopicConfig } from 'kafkajs';
import { RollguardError } from '../../runtime/errors.ts';
import type { NewRecord, TopicSpec } from '../log.ts';
import { pause } from '../waits.ts';
import type { KafkaClient } from './client.ts';
import { KafkaConnection } from './connection.ts';
import { foldIdentity, nextIdentity, renewed } from './logId.ts';
import type { IdentityRecord, LogIdentity } from './logId.ts';
import { PartitionReader } from './reader.ts';

/** Holds the log's identity and is kept for ever. */
export const META_TOPIC = 'rollguard.meta';
const IDENTITY_KEY = 'log-id';
/** The largest batch a topic takes; a flush is at most half of it. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
const TOPIC_TIMEOUT_MS = 30_000;
const LEADER_POLL_MS = 50;

/**
 * The topics and the id of a log in Kafka.
 *
 * The id lies in the topic `rollguard.meta`, beside the names of the topics made under it. It changes when `migrate` finds
 * that one of them has vanished. A topic that an operator deletes and makes again by hand goes unnoticed here; the worker
 * notices it, by an end below what the warehouse holds.
 */
export class KafkaTopics {
  private readonly client: KafkaClient;
  private readonly append: (topic: string, records: NewRecord[]) => Promise<unknown>;

  constructor(client: KafkaClient, append: (topic: string, records: NewRecord[]) => Promise<unknown>) {
    this.client = client;
    this.append = append;
  }

  async id(): Promise<string> {
    const identity = await this.identity();
    if (!identity) throw new RollguardError('log_not_migrated');
    return identity.id;
  }

  /**
   * In this order, so that a crash in between does no harm: 1. the meta topic; 2. a new identity, if one is due (a crash
   * here gives another one next time); 3. the missing topics; 4. more partitions where there are too few.
   */
  async migrate(specs: TopicSpec[]): Promise<string> {
    const { brokers } = await this.client.admin('describe the cluster', (admin) => admin.describeCluster());
    const replicas = Math.min(3, brokers.length);
    await this.create([metaTopic(replicas)], await this.client.refreshTopics());

    const existing = await this.client.refreshTopics();
    const names = new Set(existing.keys());
    const wanted = specs.map((spec) => spec.name);
    const record = nextIdentity(await this.identity(), wanted, names);
    if (record) await this.remember(record);
    await this.create(
      specs.map((spec) => topicConfig(spec, replicas)),
      existing,
    );
    await this.grow(specs, existing);
    await this.client.refreshTopics();
    return this.id();
  }

  async renewId(): Promise<string> {
    const identity = await this.identity();
    if (!identity) throw new RollguardError('log_not_migrated');
    await this.remember(renewed(identity));
    return this.id();
  }

  private async remember(record: IdentityRecord): Promise<void> {
    await this.append(META_TOPIC, [{ key: Buffer.from(IDENTITY_KEY), value: Buffer.from(JSON.stringify(record)) }]);
  }

  private async identity(): Promise<LogIdentity | undefined> {
    const topics = await this.client.refreshTopics();
    if (!topics.has(META_TOPIC)) return undefined;
    const connection = new KafkaConnection(this.client);
    try {
      const [range] = await this.client.ranges(META_TOPIC);
      const reader = new PartitionReader(connection, META_TOPIC, 0);
      const records: IdentityRecord[] = [];
      for (let position = range!.first; position < range!.end;) {
        const fetched = await reader.fetch(position, 100);
        for (const { key, value } of fetched.records) {
          if (key?.toString() === IDENTITY_KEY && value) records.push(JSON.parse(value.toString()) as IdentityRecord);
        }
        position = fetched.next;
      }
      return foldIdentity(records);
    } finally {
      await connection.close();
    }
  }

  private async create(configs: ITopicConfig[], existing: ReadonlyMap<string, number>): Promise<void> {
    const missing = configs.filter(({ topic }) => !existing.has(topic));
    if (missing.length === 0) return;
    // One by one: a topic that somebody else has just made is no fault, and hides no other.
    for (const config of missing) {
      await this.client.admin(
        `create ${config.topic}`,
        (admin) => admin.createTopics({ topics: [config], waitForLeaders: false, timeout: TOPIC_TIMEOUT_MS }),
        TOPIC_TIMEOUT_MS,
      );
    }
    await this.led(missing.map(({ topic }) => topic));
  }

  /**
   * Until each topic has leaders. kafkajs can wait as well, but takes a broker that has not heard of the topic yet, as all
   * do for a moment, for one that never will.
   */
  private async led(topics: string[]): Promise<void> {
    const deadline = Date.now() + TOPIC_TIMEOUT_MS;
    for (;;) {
      const metadata = await this.client.admin('list topics', (admin) => admin.fetchTopicMetadata());
      const ready = metadata.topics.filter(({ partitions }) => partitions.every(({ leader }) => leader >= 0));
      const names = new Set(ready.map(({ name }) => name));
      const without = topics.filter((topic) => !names.has(topic));
      if (without.length === 0) return;
      if (Date.now() > deadline) throw new RollguardError('log_unavailable', `no leader for ${without.join(', ')}`);
      await pause(LEADER_POLL_MS, new AbortController().signal);
    }
  }

  private async grow(specs: TopicSpec[], existing: ReadonlyMap<string, number>): Promise<void> {
    for (const { name, partitions } of specs) {
      if ((existing.get(name) ?? partitions) >= partitions) continue;
      await this.client.admin(`grow ${name}`, (admin) =>
        admin.createPartitions({ topicPartitions: [{ topic: name, count: partitions }] }),
      );
    }
  }
}

function metaTopic(replicas: number): ITopicConfig {
  return topicConfig({ name: META_TOPIC, partitions: 1, compacted: false, retentionMs: -1 }, replicas);
}

function topicConfig(spec: TopicSpec, replicas: number): ITopicConfig {
  const entries: Record<string, string | number> = {
    'cleanup.policy': spec.compacted ? 'compact' : 'delete',
    // Ours are gzip already; what another client compresses otherwise, the broker packs anew, for we can read no other.
    'compression.type': 'gzip',
    'max.message.bytes': MAX_MESSAGE_BYTES,
    'min.insync.replicas': replicas >= 2 ? 2 : 1,
  };
  if (!spec.compacted) entries['retention.ms'] = spec.retentionMs;
  return {
    topic: spec.name,
    numPartitions: spec.partitions,
    replicationFactor: replicas,
    configEntries: Object.entries(entries).map(([name, value]) => ({ name, value: String(value) })),
  };
}
