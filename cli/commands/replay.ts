import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { summary, type ReplayAnswer } from '../../tools/replay/summary.ts';
import { operatorApi } from '../operatorApi.ts';

const help = `rollguard replay [options]

Sends rejected records through the pipeline once more, with the same event ids. Says what would happen unless --yes is given.

  --code CODE      only rejections with this code (docs/delivery.md, "Bad records")
  --app ID         only records of this app
  --since TIME     only rejections at or after this time, RFC 3339
  --origin PLACE   only this record: <log>/<topic>/<partition>/<offset>, as GET /v1/rejected names it; may be repeated
  --value FILE     the repaired record, its bytes as they go into the log; with one --origin
  --restamp        gives events the present as their time of receipt; needed when they are older than a day
  --yes            does it

Asks the process that holds the data directory here; another one by ROLLGUARD_CONTROL_URL and ROLLGUARD_OPERATOR_KEY, which needs the scope operate.
Exits with 1 when a record was refused.`;

export async function replay(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: 'boolean' },
      code: { type: 'string' },
      app: { type: 'string' },
      since: { type: 'string' },
      origin: { type: 'string', multiple: true },
      value: { type: 'string' },
      restamp: { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
    },
  });
  if (values.help === true) {
    console.log(help);
    return 0;
  }
  const origins = values.origin?.map(parseOrigin);
  if (origins?.includes(undefined) === true) {
    console.error('An --origin is <log>/<topic>/<partition>/<offset>.');
    return 2;
  }
  const { code, app, since } = values;
  const selected = origins === undefined ? { filter: { code, app, since } } : { origins };
  const body = {
    ...selected,
    dry_run: !values.yes,
    restamp: values.restamp,
    ...(values.value === undefined ? {} : { value_base64: readFileSync(values.value).toString('base64') }),
  };
  const api = operatorApi();
  const answers: ReplayAnswer[] = [];
  let cursor: string | null | undefined;
  do {
    const asked: unknown = { ...body, ...(cursor === undefined ? {} : { cursor }) };
    const answer = await api.ask<ReplayAnswer>('POST', '/v1/rejected/replay', asked);
    answers.push(answer);
    cursor = answer.next;
  } while (cursor !== null);
  console.log(summary(answers));
  return answers.every(({ refused }) => refused === 0) ? 0 : 1;
}

interface Origin {
  log: string;
  topic: string;
  partition: number;
  offset: number;
}

function parseOrigin(place: string): Origin | undefined {
  const [, log, topic, partition, offset] = /^([^/]+)\/([^/]+)\/(\d+)\/(\d+)$/.exec(place) ?? [];
  if (log === undefined || topic === undefined) return undefined;
  return { log, topic, partition: Number(partition), offset: Number(offset) };
}
