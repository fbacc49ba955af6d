/** Sends requests to one server as fast as it answers, from a process of its own. */
import autocannon from 'autocannon';
import { reports } from '../events.ts';
import { argument, leave, tell } from '../talk.ts';

export interface LoadArgument {
  url: string;
  key: string;
  /** Events in one request; 1 sends the event by itself, more an array. */
  batch: number;
  connections: number;
  seconds: number;
}

export interface Loaded {
  requestsPerSecond: number;
  /** Requests that were answered 202. */
  answered: number;
  /** All other answers, errors and time-outs. */
  failed: number;
  /** Latency, ms. */
  p50: number;
  p99: number;
  bytesPerRequest: number;
}

/** Different bodies that each connection sends in turn, about so many events of them in all. */
const differentEvents = 500;

const { url, key, batch, connections, seconds } = argument() as LoadArgument;
const bodies: string[] = [];
let events: object[] = [];
for (const { event } of reports(Date.now())) {
  events.push(event);
  if (events.length < batch) continue;
  bodies.push(JSON.stringify(batch === 1 ? events[0] : events));
  events = [];
  if (bodies.length * batch >= differentEvents) break;
}
const result = await autocannon({
  url: `${url}/v1/events`,
  method: 'POST',
  headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
  connections,
  duration: seconds,
  requests: bodies.map((body) => ({ body })),
});
const answered = result.statusCodeStats?.['202']?.count ?? 0;
tell({
  requestsPerSecond: result.requests.total / result.duration,
  answered,
  failed: result.requests.total - answered + result.errors + result.timeouts,
  p50: result.latency.p50,
  p99: result.latency.p99,
  bytesPerRequest: bodies.reduce((sum, body) => sum + Buffer.byteLength(body), 0) / bodies.length,
} satisfies Loaded);
leave();
