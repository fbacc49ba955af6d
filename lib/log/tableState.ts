import type { LogRecord } from './log.ts';

type Listener = (key: string, value: Buffer | null) => void;

/** The newest value of each key, and who wants to hear of changes. Values are private copies. */
export class TableState {
  private readonly values = new Map<string, Buffer>();
  private readonly listeners = new Set<Listener>();

  get(key: string): Buffer | undefined {
    return this.values.get(key);
  }

  entries(): IterableIterator<[string, Buffer]> {
    return this.values.entries();
  }

  onChange(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** A record without a key says nothing about any key. */
  apply(record: LogRecord): void {
    if (!record.key) return;
    const key = record.key.toString('utf8');
    const value = record.value && Buffer.from(record.value);
    if (value) this.values.set(key, value);
    else this.values.delete(key);
    for (const listener of [...this.listeners]) listener(key, value);
  }

  /** Begins anew, telling nobody. */
  clear(): void {
    this.values.clear();
  }

  close(): void {
    this.listeners.clear();
  }
}
