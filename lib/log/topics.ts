import type { TopicSpec } from './log.ts';

/** The topics by what they hold. */
export const TOPICS = {
  deviceEvents: 'rollguard.device-events',
  rejectedEvents: 'rollguard.rejected-events',
  rolloutCommands: 'rollguard.rollout-commands',
  rollouts: 'rollguard.rollouts',
  rolloutDecisions: 'rollguard.rollout-decisions',
  actions: 'rollguard.actions',
  keys: 'rollguard.keys',
} as const;

/** The consumer groups whose positions say how far a topic has been stored. */
export const GROUPS = {
  /** Of `deviceEvents`. */
  worker: 'rollguard.worker',
  /** Of `rejectedEvents`. */
  rejected: 'rollguard.rejected',
} as const;

export type TopicName = (typeof TOPICS)[keyof typeof TOPICS];

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * What `migrate` creates, with so many partitions for each topic whose readers share the work.
 *
 * A compacted topic has one partition, whatever the rest has: if the number grew, a key's newer record would come to lie
 * in another partition than its older one, and a reader of both could not tell which is the newer.
 */
export function topics(partitions: number): TopicSpec[] {
  const stream = (name: TopicName, days: number): TopicSpec => {
    return { name, partitions, compacted: false, retentionMs: days * DAY_MS };
  };
  const table = (name: TopicName): TopicSpec => ({ name, partitions: 1, compacted: true, retentionMs: 0 });
  return [
    stream(TOPICS.deviceEvents, 14),
    stream(TOPICS.rejectedEvents, 30),
    stream(TOPICS.rolloutCommands, 30),
    table(TOPICS.rollouts),
    stream(TOPICS.rolloutDecisions, 365),
    stream(TOPICS.actions, 30),
    table(TOPICS.keys),
  ];
}
