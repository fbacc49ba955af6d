import { PartitionAssigners } from 'kafkajs';
import type { Broker, Cluster, Consumer } from 'kafkajs';
import type { KafkaClient } from './client.ts';
import type { FetchedPartition } from './fetchAnswer.ts';
import { rawFetch } from './rawFetch.ts';

export interface FetchWant {
  partition: number;
  position: number;
}

export interface FetchLimits {
  /** Bytes of one partition, about. */
  maxBytes: number;
  /** The broker waits up to `waitMs` for so many bytes in all. */
  minBytes: number;
  waitMs: number;
}

/** Bytes of one answer at most, whatever is asked for. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
const READ_COMMITTED = 1;

/**
 * Fetches from partitions without being in a group.
 *
 * kafkajs hands its cluster to partition assigners, and to nobody else; a consumer that never joins is the way to get one.
 * A broker answers one fetch after the other on a connection, so whoever waits long has a connection of his own.
 */
export class KafkaConnection {
  private readonly client: KafkaClient;
  private opening: Promise<{ cluster: Cluster; consumer: Consumer }> | undefined;

  constructor(client: KafkaClient) {
    this.client = client;
  }

  /** The partitions by the broker that leads them. Throws when the topic is not known. */
  async leaders(topic: string, partitions: number[]): Promise<Map<string, number[]>> {
    const { cluster } = await this.open();
    await cluster.addTargetTopic(topic);
    await cluster.refreshMetadataIfNecessary();
    return new Map(Object.entries(cluster.findLeaderForPartitions(topic, partitions)));
  }

  /** One fetch from one broker. Throws kafkajs's errors, the connection being given up. */
  async fetch(nodeId: string, topic: string, wants: FetchWant[], limits: FetchLimits): Promise<FetchedPartition[]> {
    const { cluster } = await this.open();
    const broker: Broker = await cluster.findBroker({ nodeId });
    const answer = await rawFetch(broker, {
      isolationLevel: READ_COMMITTED,
      maxWaitTime: limits.waitMs,
      minBytes: limits.minBytes,
      maxBytes: Math.min(MAX_ANSWER_BYTES, limits.maxBytes * wants.length),
      topics: [
        {
          topic,
          partitions: wants.map(({ partition, position }) => ({
            partition,
            fetchOffset: String(position),
            maxBytes: limits.maxBytes,
          })),
        },
      ],
    });
    return answer.responses.flatMap((response) => response.partitions);
  }

  /** Gives the connection up; the next call makes a new one. */
  reset(): void {
    const opening = this.opening;
    this.opening = undefined;
    opening?.then(({ consumer }) => consumer.disconnect()).catch(() => undefined);
  }

  async close(): Promise<void> {
    const opening = this.opening;
    this.opening = undefined;
    const opened = await opening?.catch(() => undefined);
    await opened?.consumer.disconnect();
  }

  private open(): Promise<{ cluster: Cluster; consumer: Consumer }> {
    this.opening ??= this.connect();
    return this.opening;
  }

  private async connect(): Promise<{ cluster: Cluster; consumer: Consumer }> {
    let cluster: Cluster | undefined;
    const consumer = this.client.kafka().consumer({
      groupId: 'rollguard.never-joined',
      allowAutoTopicCreation: false,
      metadataMaxAge: 60_000,
      partitionAssigners: [
        (config) => {
          cluster = config.cluster;
          return PartitionAssigners.roundRobin(config);
        },
      ],
    });
    await consumer.connect();
    return { cluster: cluster!, consumer };
  }
}
