import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workerDefaults } from '../../../services/worker/workerConfig.ts';
import { startClickhouseFront } from '../../../test/clickhouseFront.ts';
import { inRound, type Context } from '../context.ts';
import type { Transport } from '../options.ts';
import { forgetGroups } from '../peers/forgetGroups.ts';
import type { Comparison } from '../result.ts';
import { ratio, spread } from '../spread.ts';
import type { DrainArgument, Drained } from './drain.ts';
import type { Filled } from './fill.ts';
import type { Proof } from './proof.ts';

const partitions = 4;
const ours = { name: 'Rollguard’s worker', program: 'worker/ours.ts', rates: [] };
const naive = { name: 'kafkajs + avsc + client', program: 'peers/naiveConsumer.ts', rates: [] };
const engine = { name: 'ClickHouse’s Kafka engine', program: 'peers/kafkaEngine.ts', rates: [] };

type SideOf = Pick<typeof ours, 'name' | 'program'>;
type Outcome = Drained & Proof;

const about: Record<Transport, { title: string; notes: string[]; sides: SideOf[] }> = {
  embedded: {
    title: 'Worker: a full topic into the tables with all views, the engine in the process',
    notes: [
      'Each side runs alone in a process of its own with a fresh warehouse; the engine’s time is in its CPU time.',
    ],
    sides: [ours, naive, engine],
  },
  http: {
    title: 'Worker: the same with the engine in another process, over HTTP',
    notes: [
      'The engine answers behind the front of the tests, two or three requests side by side; its time is not in the CPU time.',
    ],
    sides: [ours, naive],
  },
};

/** Drains the same topic by each side in turn, round by round. */
export async function benchWorker(context: Context, tell: (comparison: Comparison) => void): Promise<void> {
  const { brokers, options, programs, say } = context;
  say(`filling a topic with ${options.events} events`);
  const filling = programs.start('worker/fill.ts', { brokers, events: options.events, partitions });
  const filled = await filling.next<Filled>();
  await filling.ended();
  for (const transport of options.transports) tell(await compare(context, filled, transport));
}

async function compare(context: Context, filled: Filled, transport: Transport): Promise<Comparison> {
  const { options, say } = context;
  const { title, notes, sides } = about[transport];
  const outcomes = new Map<SideOf, Outcome[]>(sides.map((side) => [side, []]));
  let proof: Proof | undefined;
  for (let round = 0; round < options.rounds; round += 1) {
    for (const side of inRound(sides, round)) {
      const outcome = await drain(context, filled, side, transport);
      say(
        `${transport} round ${round + 1}: ${side.name} ${Math.round(options.events / (outcome.lastMs / 1000))} events/s`,
      );
      outcomes.get(side)!.push(outcome);
      proof ??= provedBy(outcome, options.events);
      assert.deepEqual(provedBy(outcome, options.events), proof, `${side.name} has stored something else`);
    }
  }
  const of = (side: SideOf, figure: (outcome: Outcome) => number): number[] => outcomes.get(side)!.map(figure);
  const rate = ({ lastMs }: Outcome): number => options.events / (lastMs / 1000);
  const { blockRows, fetchBytes } = workerDefaults;
  return {
    title,
    notes: [
      `${options.events} events of ${filled.bytesPerEvent.toFixed(0)} bytes, ${filled.devices} devices, ${partitions} partitions; ` +
        `fetches of ${fetchBytes / 1024 ** 2} MB, blocks of at most ${blockRows} rows, tokens on.`,
      'Every side stored each event once: equal hashes over all columns and over all views.',
      ...notes,
    ],
    sides: sides.map((side) => ({
      name: side.name,
      figures: {
        'events/s': spread(of(side, rate)),
        'after the first block': spread(
          of(side, (o) => (options.events - o.firstRows) / ((o.lastMs - o.firstMs) / 1000)),
        ),
        'CPU µs/event': spread(of(side, ({ cpuSeconds }) => (cpuSeconds * 1e6) / options.events)),
        'peak MB': spread(of(side, ({ maxRssMb }) => maxRssMb)),
      },
    })),
    ratios: sides.slice(1).map((peer) => ({
      name: `worker / ${peer.name}`,
      value: ratio(of(ours, rate), of(peer, rate)),
      ...(peer === naive ? { aim: 3.5 } : {}),
    })),
  };
}

function provedBy({ rows, distinct, hash, views }: Outcome, events: number): Proof {
  assert.equal(rows, events, 'every event is stored');
  assert.equal(distinct, events, 'and no event twice');
  return { rows, distinct, hash, views };
}

async function drain(context: Context, filled: Filled, side: SideOf, transport: Transport): Promise<Outcome> {
  const { brokers, options, programs } = context;
  const dir = await mkdtemp(join(tmpdir(), 'rollguard-bench-'));
  const front = transport === 'http' ? await startClickhouseFront(dir) : undefined;
  await forgetGroups(brokers, ['rollguard.worker', 'rollguard.rejected', 'bench']);
  const { blockRows, fetchBytes, lingerMs } = workerDefaults;
  const given: DrainArgument = {
    ...{ brokers, topic: filled.topic, logId: filled.logId, events: options.events, group: 'bench' },
    ...{ blockRows, fetchBytes, lingerMs },
    warehouse: front === undefined ? { kind: 'embedded', dir } : { kind: 'clickhouse', url: front.url },
  };
  const program = programs.start(side.program, given, side === ours ? options.profile : undefined);
  try {
    await program.next();
    program.tell({});
    const outcome = await program.next<Outcome>();
    await program.ended();
    return outcome;
  } finally {
    program.kill();
    await front?.stop();
    await rm(dir, { recursive: true, force: true });
  }
}
