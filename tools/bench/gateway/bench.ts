import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inRound, type Context } from '../context.ts';
import type { Program } from '../program.ts';
import type { Comparison } from '../result.ts';
import { ratio, spread } from '../spread.ts';
import type { Loaded, LoadArgument } from './load.ts';
import type { Served, ServeArgument, Serving } from './serve.ts';

const key = 'rgi_of_the_bench_0123456789abcdef';
const batches = [
  { batch: 1, title: 'Gateway: one event a request', aim: 0.45 },
  { batch: 50, title: 'Gateway: 50 events a request', aim: 0.15 },
];

interface Server {
  name: string;
  program: Program;
  url: string;
  durable: number;
}

type Outcome = Loaded & { cpuMicroseconds: number };

/** Loads each server in turn, round by round, with the same requests. */
export async function benchGateway(context: Context, tell: (comparison: Comparison) => void): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'rollguard-bench-'));
  const servers: Server[] = [];
  try {
    const { brokers } = context;
    servers.push(await serve(context, 'bare Fastify', 'peers/bareFastify.ts'));
    const lmdb = { log: { kind: 'lmdb' as const, dir: join(dir, 'log') }, spoolDir: join(dir, 'spool-1'), key };
    servers.push(await serve(context, 'gateway, LMDB log', 'gateway/ours.ts', lmdb));
    const kafka = { log: { kind: 'kafka' as const, brokers: [brokers] }, spoolDir: join(dir, 'spool-2'), key };
    servers.push(await serve(context, 'gateway, Kafka log', 'gateway/ours.ts', kafka));
    for (const { batch, title, aim } of batches) tell(await compare(context, servers, batch, title, aim));
    for (const { program } of servers) {
      program.tell({ stop: true });
      await program.ended();
    }
  } finally {
    for (const { program } of servers) program.kill();
    await rm(dir, { recursive: true, force: true });
  }
}

async function serve(context: Context, name: string, path: string, argument?: ServeArgument): Promise<Server> {
  const program = context.programs.start(path, argument ?? {}, argument && context.options.profile);
  const { url } = await program.next<Serving>();
  return { name, program, url, durable: await asked(program).then(({ durable }) => durable ?? 0) };
}

async function asked(program: Program): Promise<Served> {
  program.tell({});
  return program.next<Served>();
}

async function compare(
  context: Context,
  servers: Server[],
  batch: number,
  title: string,
  aim: number,
): Promise<Comparison> {
  const { options, say } = context;
  const outcomes = new Map<Server, Outcome[]>(servers.map((server) => [server, []]));
  // A first load of each, not counted: compiled code and warm caches are what a server runs on.
  for (const server of servers) await load(context, server, batch);
  for (let round = 0; round < options.rounds; round += 1) {
    for (const server of inRound(servers, round)) {
      const outcome = await load(context, server, batch);
      say(`batch of ${batch}, round ${round + 1}: ${server.name} ${Math.round(outcome.requestsPerSecond)} requests/s`);
      outcomes.get(server)!.push(outcome);
    }
  }
  const of = (server: Server, figure: (outcome: Outcome) => number): number[] => outcomes.get(server)!.map(figure);
  const rate = (outcome: Outcome): number => outcome.requestsPerSecond;
  const [bare, ...ours] = servers;
  const bytes = outcomes.get(bare!)![0]!.bytesPerRequest;
  return {
    title,
    notes: [
      `${options.connections} connections from a process of its own, ${options.seconds} s a load, ${bytes.toFixed(0)} bytes a body.`,
      'The gateway answers when the events are on the disk, or acknowledged by the broker; the bare server keeps nothing.',
    ],
    sides: servers.map((server) => ({
      name: server.name,
      figures: {
        'requests/s': spread(of(server, rate)),
        'events/s': spread(of(server, (outcome) => outcome.requestsPerSecond * batch)),
        'p50 ms': spread(of(server, ({ p50 }) => p50)),
        'p99 ms': spread(of(server, ({ p99 }) => p99)),
        'CPU µs/request': spread(of(server, ({ cpuMicroseconds }) => cpuMicroseconds)),
      },
    })),
    ratios: ours.map((server) => ({
      name: `${server.name} / ${bare!.name}`,
      value: ratio(of(server, rate), of(bare!, rate)),
      aim,
    })),
  };
}

async function load(context: Context, server: Server, batch: number): Promise<Outcome> {
  const { connections, seconds } = context.options;
  const { cpuSeconds } = await asked(server.program);
  const given: LoadArgument = { url: server.url, key, batch, connections, seconds };
  const program = context.programs.start('gateway/load.ts', given);
  const loaded = await program.next<Loaded>();
  await program.ended();
  const after = await asked(server.program);
  assert.equal(loaded.failed, 0, `${server.name} has answered every request with 202`);
  if (after.durable !== undefined) {
    const added = after.durable - server.durable;
    assert.ok(
      added >= loaded.answered * batch,
      `${server.name}: ${added} events in the log for ${loaded.answered} answers`,
    );
    server.durable = after.durable;
  }
  return { ...loaded, cpuMicroseconds: ((after.cpuSeconds - cpuSeconds) * 1e6) / loaded.answered };
}
