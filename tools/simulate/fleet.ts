import { setMaxListeners } from 'node:events';
import { createLedgerBook } from './ledger.ts';
import type { Ledger } from './ledger.ts';
import { encodeNative } from './native.ts';
import { planPhone } from './plan.ts';
import type { FleetOptions, Plan, PlannedRequest } from './plan.ts';
import { createSchedule } from './schedule.ts';
import { createSender } from './sender.ts';
import type { Answer } from './sender.ts';

export interface RunOptions extends FleetOptions {
  /** Base URL of the device API, such as http://127.0.0.1:8080. */
  url: string;
  key: string;
  /** Infinity: until stopped. */
  devices: number;
  /** Requests under way at once. */
  concurrency: number;
  /**
   * True: each request waits for its time; time that a sleeping machine or a missing server takes is left out, not caught up
   * with. False: as fast as the server answers, with clocks that lie in the past. */
  paced: boolean;
}

export interface Progress {
  devices: number;
  events: number;
  retries: number;
  /** The latest reason for a retry: an HTTP status or an error code of the socket; "" when the last request succeeded. */
  trouble: string;
}

export interface Fleet {
  progress(): Progress;
  /** Resolves when every phone has told its story, or after `stop()`; rejects when the server refuses the fleet as such. */
  readonly ended: Promise<Ledger>;
  /** Ends at once; stories under way are counted as unfinished. */
  stop(): void;
  /** The ledger so far. */
  ledger(): Ledger;
}

export class FleetRefusedError extends Error {
  override readonly name = 'FleetRefusedError';
}

/** Being later than this is no longer caught up with, ms. */
const LATEST_MS = 3000;

/** Starts a fleet that talks to a server over HTTP. The requests of one phone never overlap; those of many do. */
export function startFleet(options: RunOptions): Fleet {
  const stopping = new AbortController();
  // Every request that waits for its next try listens for the stop.
  setMaxListeners(0, stopping.signal);
  const book = createLedgerBook(options.seed, options.appId);
  const progress: Progress = { devices: 0, events: 0, retries: 0, trouble: '' };
  const sender = createSender({
    url: options.url,
    concurrency: options.concurrency,
    signal: stopping.signal,
    onRetry(why) {
      progress.retries += 1;
      progress.trouble = why;
      book.retried();
    },
  });
  const span = Number.isFinite(options.devices) ? options.devices * options.spacingMs : 0;
  const started = Date.now();
  const epoch = options.paced ? started : started - span - 120_000;
  /** Time left out so far, ms. */
  let lost = 0;
  const encoding = { appId: options.appId, key: options.key };

  async function deliver(plan: Plan, request: PlannedRequest): Promise<void> {
    const wire = encodeNative(encoding, plan, request, Date.now());
    const answer = await sender.send(wire, plan.phone.address);
    progress.trouble = '';
    const accepted = takeAnswer(answer, request, (code) => book.refused(code));
    book.acked(accepted, request.repeat);
    progress.events += accepted;
  }

  interface Turn {
    plan: Plan;
    next: number;
  }

  async function run(): Promise<Ledger> {
    const turns = createSchedule<Turn>();
    const underWay = new Set<Promise<void>>();
    let fault: unknown;
    let planned = 0;
    let wake = (): void => undefined;
    stopping.signal.addEventListener('abort', () => wake());

    /** Until a request ends, the fleet is stopped, or the time is over. */
    function pause(ms: number): Promise<void> {
      return new Promise((resolve) => {
        const timer = ms === Infinity ? undefined : setTimeout(resolve, ms);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }

    async function take({ plan, next }: Turn): Promise<void> {
      const request = plan.requests[next];
      if (request !== undefined) await deliver(plan, request);
      const following = plan.requests[next + 1];
      if (following === undefined) {
        progress.devices += 1;
        book.finish(plan);
      } else turns.add(following.due, { plan, next: next + 1 });
    }

    while (!stopping.signal.aborted && fault === undefined) {
      const begin = planned < options.devices ? planned * options.spacingMs : Infinity;
      const due = Math.min(begin, turns.nextDue());
      if (due === Infinity && underWay.size === 0) break;
      const wait = options.paced ? started + lost + due - Date.now() : 0;
      if (wait < -LATEST_MS) lost -= wait;
      if (underWay.size >= options.concurrency || due === Infinity) {
        await pause(Infinity);
      } else if (wait > 0) {
        await pause(wait);
      } else if (begin <= turns.nextDue()) {
        const plan = planPhone(options, planned, epoch + lost);
        planned += 1;
        book.begin();
        turns.add(plan.requests[0]?.due ?? due, { plan, next: 0 });
      } else {
        const task = take(turns.take()!)
          .catch((error: unknown) => {
            if (!stopping.signal.aborted) fault ??= error;
          })
          .finally(() => {
            underWay.delete(task);
            wake();
          });
        underWay.add(task);
      }
    }
    stopping.abort();
    await Promise.all(underWay);
    sender.close();
    if (fault !== undefined) throw fault instanceof Error ? fault : new Error('the fleet failed', { cause: fault });
    return book.ledger();
  }

  return { progress: () => ({ ...progress }), ended: run(), stop: () => stopping.abort(), ledger: () => book.ledger() };
}

/** Number of events that the answer accepts; hands on the code of each refused one. Throws on an answer that refuses all. */
function takeAnswer(answer: Answer, request: PlannedRequest, refuse: (code: string) => void): number {
  const body = typeof answer.body === 'object' && answer.body !== null ? answer.body : {};
  if (answer.status < 200 || answer.status > 299) {
    const code = 'code' in body ? String(body.code) : '';
    const detail = 'detail' in body ? String(body.detail) : '';
    throw new FleetRefusedError(`the server answered ${answer.status} ${code} ${detail}`.trim());
  }
  const rejected = 'rejected' in body && Array.isArray(body.rejected) ? (body.rejected as { code?: unknown }[]) : [];
  for (const each of rejected) refuse(String(each.code));
  return 'accepted' in body ? Number(body.accepted) : request.events.length - rejected.length;
}
