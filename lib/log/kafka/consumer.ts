import { PartitionAssigners } from 'kafkajs';
import type { Cluster, Consumer as KafkaJsConsumer } from 'kafkajs';
import { RollguardError, hasCode } from '../../runtime/errors.ts';
import type { CommittedPosition, Consumer, ConsumerOptions, PartitionRange } from '../log.ts';
import type { PartitionSource } from '../partitionRun.ts';
import { PartitionRuns } from '../partitionRuns.ts';
import { deferred, pause } from '../waits.ts';
import type { Deferred } from '../waits.ts';
import type { KafkaClient } from './client.ts';
import { committedPositions } from './committed.ts';
import { logError, protocolType, within } from './errors.ts';
import { GroupFetcher } from './groupFetcher.ts';

const SESSION_TIMEOUT_MS = 6_000;
const HEARTBEAT_MS = 500;
/** How often kafkajs looks whether a heartbeat is due, ms; its own fetches are always paused. */
const LOOP_MS = 200;
const RETRY_MS = 250;
const COMMIT_TIMEOUT_MS = 10_000;
/** A coordinator that moves or loads; the same commit may pass later. */
const COMING_BACK = ['NOT_COORDINATOR_FOR_GROUP', 'GROUP_LOAD_IN_PROGRESS', 'GROUP_COORDINATOR_NOT_AVAILABLE'];

/** One membership of the group, from a join to the next. Its number comes with the first heartbeat. */
interface Generation {
  memberId: string;
  number: Deferred<number>;
  known: number | undefined;
  over: boolean;
  /** Partitions whose commit the broker refused though nobody told us of a new generation. */
  doubted: Set<number>;
}

/**
 * A member of a Kafka consumer group.
 *
 * kafkajs keeps the membership only: it joins, heartbeats and rebalances, while all its partitions stay paused. Records
 * come by `GroupFetcher`, so a slow partition stops no other, and an assigned one without records gets its handler too.
 *
 * Commits do not go through `consumer.commitOffsets`: that one repeats a failed commit under whatever generation the
 * consumer has by then, and after a rebalance this would overwrite the new owner's position. Here every commit carries the
 * member and generation under which the partition was assigned, so the broker itself refuses a stale owner. All
 * assignments are void from the moment this member begins to join anew, and again when a generation ends otherwise.
 */
export class KafkaConsumer implements Consumer {
  readonly ended: Promise<void>;
  private readonly end = deferred<undefined>();
  private readonly client: KafkaClient;
  private readonly options: ConsumerOptions;
  private readonly consumer: KafkaJsConsumer;
  private readonly fetcher: GroupFetcher;
  private readonly runs: PartitionRuns;
  private cluster!: Cluster;
  private generation: Generation | undefined;
  private newestNumber = -1;
  private activity = Date.now();
  private stopped: Promise<void> | undefined;

  private constructor(client: KafkaClient, options: ConsumerOptions) {
    this.client = client;
    this.options = options;
    this.fetcher = new GroupFetcher(client, options, () => (this.activity = Date.now()));
    this.runs = new PartitionRuns(options, (error) => this.fail(error));
    this.ended = this.end.promise;
    // Whoever awaits `ended` hears of it; nobody doing so must not end the process.
    this.ended.catch(() => undefined);
    this.consumer = client.kafka().consumer({
      groupId: options.group,
      allowAutoTopicCreation: false,
      sessionTimeout: SESSION_TIMEOUT_MS,
      rebalanceTimeout: SESSION_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_MS,
      maxWaitTimeInMs: LOOP_MS,
      metadataMaxAge: 60_000,
      retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 5 },
      partitionAssigners: [
        (config) => {
          this.cluster = config.cluster;
          const assigner = PartitionAssigners.roundRobin(config);
          // Called at the beginning of every join, before kafkajs takes over the new generation.
          const protocol: typeof assigner.protocol = (subscription) => {
            this.endGeneration();
            return assigner.protocol(subscription);
          };
          return { ...assigner, protocol };
        },
      ],
    });
  }

  static async start(client: KafkaClient, options: ConsumerOptions): Promise<KafkaConsumer> {
    await client.partitions(options.topic);
    const consumer = new KafkaConsumer(client, options);
    try {
      await consumer.join();
    } catch (error) {
      await consumer.stop();
      throw logError(error, 'consume');
    }
    return consumer;
  }

  owned(): number[] {
    return this.runs.owned();
  }

  lastActivity(): number {
    return this.activity;
  }

  stop(): Promise<void> {
    this.stopped ??= this.leave();
    return this.stopped;
  }

  private async join(): Promise<void> {
    const { consumer } = this;
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) =>
      this.beginGeneration(payload.memberId, payload.memberAssignment[this.options.topic] ?? []),
    );
    consumer.on(consumer.events.HEARTBEAT, ({ payload }) =>
      this.heartbeat(payload.memberId, payload.groupGenerationId),
    );
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      this.endGeneration();
      if (!payload.restart) this.fail(logError(payload.error, 'consume'));
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [this.options.topic], fromBeginning: true });
    // Never called, since every partition is paused from its assignment on.
    const eachBatch = (): Promise<void> => Promise.resolve();
    await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch });
  }

  private beginGeneration(memberId: string, partitions: number[]): void {
    if (this.stopped) return;
    this.endGeneration();
    this.activity = Date.now();
    const number = deferred<number>();
    number.promise.catch(() => undefined);
    const generation = { memberId, number, known: undefined, over: false, doubted: new Set<number>() };
    this.generation = generation;
    this.consumer.pause([{ topic: this.options.topic }]);
    for (const partition of partitions) this.runs.assign(partition, this.source(partition, generation));
  }

  private heartbeat(memberId: string, number: number): void {
    this.activity = Date.now();
    const { generation } = this;
    if (generation?.memberId !== memberId) return;
    // An answer may still arrive that belongs to the generation before.
    if (generation.known === undefined && number > this.newestNumber) {
      this.newestNumber = number;
      generation.known = number;
      generation.number.resolve(number);
    }
    // The broker counts us in after all, so the partitions are ours: begin them again from what is committed.
    for (const partition of generation.doubted) this.runs.assign(partition, this.source(partition, generation));
    generation.doubted.clear();
  }

  private endGeneration(): void {
    const { generation } = this;
    if (!generation) return;
    this.generation = undefined;
    generation.over = true;
    generation.number.reject(new RollguardError('log_not_owner', 'The group is rebalancing.'));
    this.runs.revokeAll();
  }

  private fail(error: unknown): void {
    this.end.reject(error);
    this.endGeneration();
    void this.stop();
  }

  private async leave(): Promise<void> {
    await this.runs.finish();
    this.endGeneration();
    await this.fetcher.close();
    await this.consumer.disconnect().catch(() => undefined);
    this.end.resolve(undefined);
  }

  private source(partition: number, generation: Generation): PartitionSource {
    const { group, topic } = this.options;
    return {
      committed: () =>
        this.insist(generation, async (): Promise<CommittedPosition | null> => {
          return (await committedPositions(this.client, group, topic)).get(partition) ?? null;
        }),
      range: () =>
        this.insist(generation, async (): Promise<PartitionRange> => {
          return (await this.client.ranges(topic)).find((range) => range.partition === partition)!;
        }),
      commit: (position, metadata) => this.commit(generation, partition, position, metadata),
      fetch: (position, waitMs, signal) => this.fetcher.fetch(partition, position, waitMs, signal),
    };
  }

  /** What a new owner must know before it can begin; while the broker is away it waits. */
  private async insist<T>(generation: Generation, ask: () => Promise<T>): Promise<T> {
    for (;;) {
      if (generation.over) throw new RollguardError('log_not_owner', 'The group is rebalancing.');
      try {
        return await ask();
      } catch (error) {
        if (!hasCode(error, 'log_unavailable')) throw error;
        await pause(RETRY_MS, new AbortController().signal);
      }
    }
  }

  private async commit(generation: Generation, partition: number, position: number, metadata: string): Promise<void> {
    const deadline = Date.now() + COMMIT_TIMEOUT_MS;
    for (;;) {
      try {
        await within(
          Math.max(1, deadline - Date.now()),
          'commit',
          this.send(generation, partition, position, metadata),
        );
        return;
      } catch (error) {
        const mapped = logError(error, 'commit');
        if (mapped.code === 'log_not_owner' && !generation.over) generation.doubted.add(partition);
        const again = COMING_BACK.includes(protocolType(error) ?? '') || mapped.code === 'log_unavailable';
        if (!again || Date.now() + RETRY_MS > deadline) throw mapped;
        await pause(RETRY_MS, new AbortController().signal);
      }
    }
  }

  private async send(generation: Generation, partition: number, position: number, metadata: string): Promise<void> {
    const groupGenerationId = await generation.number.promise;
    const { group: groupId, topic } = this.options;
    const coordinator = await this.cluster.findGroupCoordinator({ groupId });
    const offset = { partition, offset: String(position), metadata };
    const { memberId } = generation;
    await coordinator.offsetCommit({ groupId, groupGenerationId, memberId, topics: [{ topic, partitions: [offset] }] });
  }
}
