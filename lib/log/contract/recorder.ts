import type { Assignment, ConsumerOptions, LogRecord, PartitionHandler } from '../log.ts';

/** Handlers for the contract suite that write down what happens to them. */
export class Recorder {
  readonly started: Assignment[] = [];
  readonly idles = new Set<number>();
  closed = 0;
  /** Calls that began while another one of the same handler was running. */
  overlaps = 0;
  onRecords: (assignment: Assignment, records: LogRecord[]) => Promise<void> = () => Promise.resolve();
  onIdle: (assignment: Assignment) => Promise<void> = () => Promise.resolve();
  startAt: (assignment: Assignment) => number = ({ committed, range }) => committed?.position ?? range.first;
  private readonly records: LogRecord[] = [];

  options(group: string, topic: string): ConsumerOptions {
    const open = (assignment: Assignment): PartitionHandler => this.handler(assignment);
    return { group, topic, maxBytes: 64 * 1024, lingerMs: 20, idleMs: 100, open };
  }

  /** The values received so far, of one key or of all. */
  values(key?: string): string[] {
    const records = key === undefined ? this.records : this.records.filter((record) => record.key?.toString() === key);
    return records.map((record) => record.value?.toString() ?? '');
  }

  private handler(assignment: Assignment): PartitionHandler {
    let busy = false;
    const alone = async <T>(call: () => Promise<T>): Promise<T> => {
      if (busy) this.overlaps += 1;
      busy = true;
      try {
        return await call();
      } finally {
        busy = false;
      }
    };
    return {
      start: () =>
        alone(() => {
          this.started.push(assignment);
          return Promise.resolve(this.startAt(assignment));
        }),
      records: (records) =>
        alone(() => {
          for (const record of records) this.records.push(record);
          return this.onRecords(assignment, records);
        }),
      idle: () =>
        alone(async () => {
          this.idles.add(assignment.partition);
          await this.onIdle(assignment);
        }),
      close: () => {
        this.closed += 1;
      },
    };
  }
}
