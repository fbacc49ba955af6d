import { parseJson } from '../body.ts';
import type { Rejection } from '../outcome.ts';
import { Problem } from '../problem.ts';
import { json, type Reply } from '../reply.ts';
import { parseCapgo } from './capgoEvent.ts';
import { CapgoHistory } from './capgoHistory.ts';
import { justAnswer, underKey, type Dialect, type DialectRequest, type Reading } from './dialect.ts';

/**
 * The `statsUrl` of Capgo's updater plugins: one event, or an array of up to 200. A plugin takes any 4xx for the end of
 * its batch, sends a 5xx again every second, and stops looking for updates at a 429: so it never gets a 429, and a 4xx
 * only where no event of the request could be kept anyway. `docs/dialects/capgo.md` says what each answer does.
 */
export const capgo: Dialect = {
  name: 'capgo',
  mounts: underKey('capgo'),
  routes: [
    { method: 'GET', path: '/stats', read: () => justAnswer(fine) },
    { method: 'POST', path: '/stats', read },
  ],
  reportsStarts: true,
  overLimit: 'accept',
  overDeviceLimit: 'drop',
  refuse,
};

const fine = json(200, { status: 'ok' });

function read({ body, keyApp }: DialectRequest): Reading {
  const value = parseJson(body);
  if (value === null || typeof value !== 'object') {
    throw new Problem('unreadable_body', 'The body is an event or an array of events.');
  }
  const histories = new Map<string, CapgoHistory>();
  const historyOf = (device: string): CapgoHistory => {
    let history = histories.get(device);
    if (!history) histories.set(device, (history = new CapgoHistory()));
    return history;
  };
  return {
    events: Array.isArray(value) ? (value as unknown[]) : [value],
    parse: (event) => parseCapgo(event, keyApp, historyOf),
    answer(rejections) {
      if (rejections.length > 0 && rejections.every((each) => each?.code === 'app_not_allowed')) {
        throw new Problem('app_not_allowed');
      }
      if (Array.isArray(value)) return json(200, { status: 'ok', results: rejections.map(resultOf) });
      const [rejection] = rejections;
      return rejection ? json(200, wordsFor(rejection)) : fine;
    },
  };
}

function resultOf(rejection: Rejection | undefined, index: number): object {
  return rejection ? { status: 'error', index, ...wordsFor(rejection) } : { status: 'ok', index };
}

/** Their word where they have one. */
function wordsFor({ code, field, message }: Rejection): { error: string; message: string } {
  const said = field === '' ? message : `${field} ${message}`;
  if (code === 'missing_field') return { error: `missing_${field}`, message: said };
  const ours = code === 'app_not_allowed' || code === 'too_many_apps' || code === 'too_many_releases';
  return { error: ours ? code : 'invalid_json_body', message: said };
}

function refuse(problem: Problem): Reply {
  const error = problem.code === 'unreadable_body' ? 'invalid_json_parse_body' : problem.code;
  return json(problem.status, { error, message: problem.message, moreInfo: {} }, problem.headers);
}
