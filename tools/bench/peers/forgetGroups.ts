import { Kafka, logLevel } from 'kafkajs';

/** Makes Kafka forget where the groups stand, so that the next round reads the topic from its beginning. */
export async function forgetGroups(brokers: string, groups: string[]): Promise<void> {
  const admin = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const { groups: known } = await admin.listGroups();
  const names = new Set(known.map(({ groupId }) => groupId));
  await admin.deleteGroups(groups.filter((group) => names.has(group)));
  await admin.disconnect();
}
