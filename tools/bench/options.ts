import { parseArgs } from 'node:util';

export type Part = 'worker' | 'gateway';
export type Transport = 'embedded' | 'http';

export interface BenchOptions {
  parts: Part[];
  /** Where the engine is: in the worker's process, behind HTTP in its own, or both one after the other. */
  transports: Transport[];
  /** Records in the topic. */
  events: number;
  rounds: number;
  /** Length of one load on the gateway. */
  seconds: number;
  connections: number;
  /** File for the results. */
  json: string | undefined;
  /** Folder for CPU profiles of our own sides. */
  profile: string | undefined;
}

export const help = `npm run bench -- [options]

  --only worker|gateway     one part instead of both
  --transport embedded|http|both
                            where the worker's warehouse is (both)
  --events N                events in the topic (300000)
  --rounds N                rounds; the sides of a round run one after the other (5)
  --seconds N               length of one load on the gateway (3)
  --connections N           connections of the load (64)
  --json FILE               writes the results
  --profile FOLDER          writes CPU profiles of our own sides, which then run slower

Needs Java and Maven for the broker.`;

/** Throws a TypeError or a RangeError that says what is wrong; `undefined` when only the help is wanted. */
export function readOptions(args: string[]): BenchOptions | undefined {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: 'boolean', default: false },
      only: { type: 'string' },
      transport: { type: 'string', default: 'both' },
      events: { type: 'string', default: '300000' },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '3' },
      connections: { type: 'string', default: '64' },
      json: { type: 'string' },
      profile: { type: 'string' },
    },
  });
  if (values.help) return undefined;
  return {
    parts: values.only === undefined ? ['worker', 'gateway'] : [oneOf('only', values.only, ['worker', 'gateway'])],
    transports:
      values.transport === 'both' ? ['embedded', 'http'] : [oneOf('transport', values.transport, ['embedded', 'http'])],
    events: atLeast('events', values.events, 1),
    rounds: atLeast('rounds', values.rounds, 1),
    seconds: atLeast('seconds', values.seconds, 1),
    connections: atLeast('connections', values.connections, 1),
    json: values.json,
    profile: values.profile,
  };
}

function oneOf<Word extends string>(name: string, given: string, words: readonly Word[]): Word {
  const word = words.find((each) => each === given);
  if (word === undefined) throw new RangeError(`--${name} is one of: ${words.join(', ')}`);
  return word;
}

function atLeast(name: string, given: string, least: number): number {
  const number = Number(given);
  if (!Number.isInteger(number) || number < least) throw new RangeError(`--${name} is a whole number from ${least}`);
  return number;
}
