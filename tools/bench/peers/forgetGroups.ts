import { Kafka, logLevel } from 'kafkajs';
import { waitFor } from '../../../test/waitFor.ts';

/** A member that died is counted in for so long at most, ms. */
const sessionMs = 10_000;

/** Makes Kafka forget where the groups stand, so that the next round reads the topic from its beginning. */
export async function forgetGroups(brokers: string, groups: string[]): Promise<void> {
  const admin = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const known = new Set((await admin.listGroups()).groups.map(({ groupId }) => groupId));
    const forgotten = (): Promise<boolean> =>
      admin.deleteGroups(groups.filter((group) => known.has(group))).then(
        () => true,
        () => false,
      );
    await waitFor(forgotten, { timeoutMs: sessionMs, what: 'the last members to leave' });
  } finally {
    await admin.disconnect();
  }
}
