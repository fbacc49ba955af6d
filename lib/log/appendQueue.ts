import type { NewRecord, Place } from './log.ts';
import { recordBytes } from './recordSize.ts';

/** A run of records of one append; each flush takes one or more. */
export interface Slice {
  topic: string;
  records: NewRecord[];
}

export interface FlushLimits {
  /** Bytes of records in one flush; a single larger record still goes. */
  bytes: number;
  records: number;
}

interface Request {
  topic: string;
  records: NewRecord[];
  places: Place[];
  resolve: (places: Place[]) => void;
  reject: (error: unknown) => void;
}

/**
 * Turns concurrent appends into few large ones. One flush is in flight at a time; appends that arrive meanwhile wait and
 * share the next. An append larger than a flush is spread over several, in order; when one of them fails the append fails,
 * and what went before stays in the log.
 */
export class AppendQueue {
  private readonly waiting: Request[] = [];
  private running: Promise<void> | undefined;
  private readonly limits: FlushLimits;
  private readonly flush: (slices: Slice[]) => Promise<Place[][]>;

  /** `flush` makes the records durable and tells their places, slice by slice. */
  constructor(limits: FlushLimits, flush: (slices: Slice[]) => Promise<Place[][]>) {
    this.limits = limits;
    this.flush = flush;
  }

  append(topic: string, records: NewRecord[]): Promise<Place[]> {
    if (records.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      this.waiting.push({ topic, records, places: [], resolve, reject });
      this.running ??= this.work();
    });
  }

  /** Resolves when nothing is waiting or in flight. */
  async drained(): Promise<void> {
    while (this.running) await this.running;
  }

  private async work(): Promise<void> {
    // A turn of the event loop lets callers of the same turn share the first flush too.
    await Promise.resolve();
    while (this.waiting.length > 0) await this.next();
    this.running = undefined;
  }

  private async next(): Promise<void> {
    const taken = this.take();
    try {
      const places = await this.flush(taken.map(({ slice }) => slice));
      taken.forEach(({ request }, i) => {
        for (const place of places[i]!) request.places.push(place);
        if (request.places.length === request.records.length) request.resolve(request.places);
      });
    } catch (error) {
      const failed = new Set(taken.map(({ request }) => request));
      if (this.waiting.length > 0 && failed.has(this.waiting[0]!)) this.waiting.shift();
      for (const request of failed) request.reject(error);
    }
  }

  /** What fits into one flush, from the front; a request that does not fit whole stays in front with its rest. */
  private take(): { request: Request; slice: Slice }[] {
    const taken: { request: Request; slice: Slice }[] = [];
    let bytes = 0;
    let count = 0;
    while (this.waiting.length > 0) {
      const request = this.waiting[0]!;
      const from = request.places.length;
      let to = from;
      for (; to < request.records.length && count < this.limits.records; to += 1) {
        bytes += recordBytes(request.records[to]!);
        if (count > 0 && bytes > this.limits.bytes) break;
        count += 1;
      }
      if (to > from) {
        const whole = from === 0 && to === request.records.length;
        const records = whole ? request.records : request.records.slice(from, to);
        taken.push({ request, slice: { topic: request.topic, records } });
      }
      if (to < request.records.length) break;
      this.waiting.shift();
    }
    return taken;
  }
}
