import type { CommittedPosition } from '../log.ts';
import type { KafkaClient } from './client.ts';

/** What the group has committed for the topic. Negative offsets are Kafka's word for nothing. */
export async function committedPositions(
  client: KafkaClient,
  group: string,
  topic: string,
): Promise<Map<number, CommittedPosition>> {
  await client.partitions(topic);
  const answers = await client.admin('ask for positions', (admin) =>
    admin.fetchOffsets({ groupId: group, topics: [topic] }),
  );
  const positions = new Map<number, CommittedPosition>();
  for (const { partition, offset, metadata } of answers[0]?.partitions ?? []) {
    const position = Number(offset);
    if (position >= 0) positions.set(partition, { position, metadata: metadata ?? '' });
  }
  return positions;
}
