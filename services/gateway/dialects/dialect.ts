import type { IncomingHttpHeaders } from 'node:http';
import type { Parsed } from '../../../lib/events/draft.ts';
import type { Rejection } from '../outcome.ts';
import type { Problem } from '../problem.ts';
import type { Reply } from '../reply.ts';

/**
 * One way of reporting: the paths, bodies and answers of one kind of client. A dialect is one file that exports one of
 * these, a page and samples in `docs/dialects`, and a line in `list.ts`. It holds no state and does no I/O; keys,
 * limits, durability and the gateway's stamp are the same for all (`intake.ts`).
 */
export interface Dialect {
  /** Stands in every event and as a label of metrics; with `underKey` in the path too. */
  name: string;
  /** What stands before the paths of its routes. With `:key` in it the key is taken from there. */
  mounts: readonly string[];
  routes: readonly Route[];
  /**
   * True when its clients say that they begin before they say how it ended. Only then is an outcome without a beginning
   * a sign of lost events.
   */
  reportsStarts: boolean;
  /** A request over the limit of its key or network: refused (429), or accepted and counted as over the limit. */
  overLimit: 'refuse' | 'accept';
  /** An event over the limit of its device: rejected with a code, or dropped and counted while the client hears that all is well. */
  overDeviceLimit: 'reject' | 'drop';
  /** The answer to a request that is refused as a whole, in words its clients understand. */
  refuse: (problem: Problem) => Reply;
}

export interface Route {
  method: Method;
  /** After the mount; may have parameters (`:id`). */
  path: string;
  /** Reads the body as a whole. Throws a Problem where it cannot be read; nothing is stored then. */
  read(request: DialectRequest): Reading;
}

export const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
export type Method = (typeof methods)[number];

export interface DialectRequest {
  /** Parameters of the path but the key. */
  params: Readonly<Record<string, string>>;
  query: Readonly<Record<string, string | string[]>>;
  headers: IncomingHttpHeaders;
  /** Decompressed. */
  body: Buffer;
  /** The one app of the key; "" when the key is for every app. */
  keyApp: string;
}

/** What a request holds. The three are used in this order, each once; `parse` once for every event, in their order. */
export interface Reading {
  /** The events, unread; none for a request that only asks. */
  events: readonly unknown[];
  /** Never throws, whatever the event. */
  parse(event: unknown): Parsed;
  /**
   * The answer once every event is durable or refused: `undefined` for an event that was kept (or dropped in silence),
   * else why it was not. May throw a Problem instead.
   */
  answer(rejections: readonly (Rejection | undefined)[]): Reply;
}

/** The mount of every dialect but the native one. */
export function underKey(name: string): string[] {
  return [`/k/:key/${name}`];
}

/** The reading of a request that reports nothing. */
export function justAnswer(reply: Reply): Reading {
  return { events: [], parse: notAnEvent, answer: () => reply };
}

function notAnEvent(): Parsed {
  return { fault: { code: 'wrong_type', field: '', message: 'there is no event' } };
}
