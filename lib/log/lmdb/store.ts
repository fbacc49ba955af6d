import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { open } from 'lmdb';
import type { RootDatabase } from 'lmdb';
import { RollguardError } from '../../runtime/errors.ts';
import type { CommittedPosition, NewRecord, Place, TopicSpec } from '../log.ts';
import { checkSizes } from '../recordSize.ts';
import { Facts } from './facts.ts';
import type { FactKey } from './facts.ts';
import { TopicStore } from './topicStore.ts';
import { WriteLane } from './writeLane.ts';

const BINARY = { encoding: 'binary', keyEncoding: 'binary' } as const;
/** Two databases a topic and the facts. */
const MAX_DATABASES = 129;

/**
 * The LMDB environment of a log: its topics, the positions of its groups, its one write lane.
 *
 * `overlappingSync` is off: lmdb-js then settles a write only after LMDB's own commit, which ends with the flush to disk.
 * With it on, the promise would come before the flush. `eventTurnBatching` is off: the lane makes the batches, and of
 * those that lmdb-js would put around them nobody holds the promise, so that a full disk would end the process.
 */
export class LmdbStore {
  readonly facts: Facts;
  readonly lane: WriteLane;
  private readonly root: RootDatabase;
  private readonly topics = new Map<string, TopicStore>();
  private open = true;

  /** `dir` is a folder of its own, made when missing. Only one process may have it open. */
  constructor(dir: string) {
    mkdirSync(dir, { recursive: true });
    this.root = open({
      path: dir,
      noSubdir: false,
      overlappingSync: false,
      eventTurnBatching: false,
      maxDbs: MAX_DATABASES,
    });
    this.facts = new Facts(this.root.openDB('facts', { encoding: 'json' }));
    this.lane = new WriteLane(this.root, {
      committed: () => this.settle((topic) => topic.committed()),
      rolledBack: () => this.settle((topic) => topic.rolledBack()),
    });
    for (const { key, value } of this.facts.below(['topic'])) this.openTopic(String(key[1]), value as TopicSpec);
  }

  /** Throws `log_not_migrated`. */
  id(): string {
    this.mustBeOpen();
    const id = this.facts.get(['id']);
    if (typeof id !== 'string') throw new RollguardError('log_not_migrated');
    return id;
  }

  async migrate(specs: TopicSpec[]): Promise<string> {
    this.mustBeOpen();
    await this.lane.run(() => {
      if (this.facts.get(['id']) === undefined) this.facts.put(['id'], newId());
      for (const spec of specs) {
        const known = this.facts.get(['topic', spec.name]) as TopicSpec | undefined;
        const partitions = Math.max(spec.partitions, known?.partitions ?? 0);
        this.facts.put(['topic', spec.name], { ...spec, partitions });
      }
    });
    for (const { name } of specs) this.openTopic(name, this.facts.get(['topic', name]) as TopicSpec);
    return this.id();
  }

  async renewId(): Promise<string> {
    this.id();
    await this.lane.run(() => this.facts.put(['id'], newId()));
    return this.id();
  }

  /** Throws `log_not_migrated`. */
  topic(name: string): TopicStore {
    this.mustBeOpen();
    const topic = this.topics.get(name);
    if (!topic)
      throw new RollguardError('log_not_migrated', `The topic ${name} is missing: run \`rollguard migrate\`.`);
    return topic;
  }

  async append(topic: string, records: NewRecord[]): Promise<Place[]> {
    const store = this.topic(topic);
    checkSizes(topic, records);
    if (records.length === 0) return [];
    return this.lane.run(() => store.stageAppend(records, Date.now()));
  }

  position(group: string, topic: string, partition: number): CommittedPosition | null {
    return (this.facts.get(positionKey(group, topic, partition)) ?? null) as CommittedPosition | null;
  }

  /** Only inside a transaction of the write lane. */
  stagePosition(group: string, topic: string, partition: number, committed: CommittedPosition): void {
    this.facts.put(positionKey(group, topic, partition), committed);
  }

  /** Throws `log_unavailable` once closed. */
  mustBeOpen(): void {
    if (!this.open) throw new RollguardError('log_unavailable', 'The log is closed.');
  }

  async close(): Promise<void> {
    if (!this.open) return;
    this.open = false;
    await this.lane.close();
    await this.root.close();
  }

  private openTopic(name: string, spec: TopicSpec): void {
    const known = this.topics.get(name);
    if (known) {
      known.reshape(spec);
      return;
    }
    const blocks = this.root.openDB<Buffer, Buffer>(`blocks:${name}`, BINARY);
    const newest = this.root.openDB<Buffer, Buffer>(`newest:${name}`, BINARY);
    this.topics.set(name, new TopicStore(spec, { blocks, newest, facts: this.facts }));
  }

  private settle(each: (topic: TopicStore) => void): void {
    this.facts.settle();
    this.topics.forEach(each);
  }
}

function newId(): string {
  return randomBytes(8).toString('hex');
}

function positionKey(group: string, topic: string, partition: number): FactKey {
  return ['position', group, topic, partition];
}
