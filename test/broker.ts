import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brokerJars } from './broker/jars.ts';
import { answersMetadata } from './broker/metadata.ts';
import { waitFor } from './waitFor.ts';

export { brokerMissing } from './broker/jars.ts';

/** A running Apache Kafka broker of one node. */
export interface TestBroker {
  /** host:port, as clients want it. */
  readonly brokers: string;
  /** Ends it in order, and deletes its data unless the folder was given. */
  stop(): Promise<void>;
  /** SIGKILL; the data stay for `restart`. */
  kill(): Promise<void>;
  /** On the same port, with the same data. */
  restart(): Promise<void>;
}

/** Starts a broker and resolves once it answers. Its output goes to `broker.log` in the folder. */
export async function startBroker(options: { dir?: string } = {}): Promise<TestBroker> {
  const jars = await brokerJars();
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'rollguard-broker-')));
  await mkdir(dir, { recursive: true });
  const [port, controllerPort] = await freePorts(2);
  await writeFile(join(dir, 'server.properties'), properties(dir, port!, controllerPort!));
  const java = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-cp', join(jars, '*')];
  await format(java, dir);

  let child: ChildProcess | undefined;
  const launch = async (): Promise<void> => {
    child = spawn('java', ['-Xmx512m', '-XX:+UseSerialGC', ...java, 'kafka.Kafka', join(dir, 'server.properties')]);
    const log = createWriteStream(join(dir, 'broker.log'), { flags: 'a' });
    child.stdout!.pipe(log, { end: false });
    child.stderr!.pipe(log, { end: false });
    const started = child;
    started.once('exit', () => log.end());
    await waitFor(
      async () => {
        if (gone(started)) throw new Error(`the broker ended: ${await readFile(join(dir, 'broker.log'), 'utf8')}`);
        return answersMetadata(port!);
      },
      { timeoutMs: 60_000, what: 'an answer of the broker' },
    );
  };
  const killAtExit = (): void => void child?.kill('SIGKILL');
  process.on('exit', killAtExit);
  await launch();

  return {
    brokers: `127.0.0.1:${port}`,
    stop: async () => {
      await end(child!, 'SIGTERM');
      process.off('exit', killAtExit);
      if (options.dir === undefined) await rm(dir, { recursive: true, force: true });
    },
    kill: () => end(child!, 'SIGKILL'),
    restart: async () => {
      await end(child!, 'SIGTERM');
      await launch();
    },
  };
}

function properties(dir: string, port: number, controllerPort: number): string {
  const listeners = `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`;
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.bootstrap.servers': `127.0.0.1:${controllerPort}`,
    listeners,
    'advertised.listeners': listeners,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': join(dir, 'data'),
    'auto.create.topics.enable': false,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** Formats the data folder; one that has been formatted before stays as it is. */
async function format(java: string[], dir: string): Promise<void> {
  const run = promisify(execFile);
  const tool = [...java, 'kafka.tools.StorageTool'];
  const { stdout } = await run('java', [...tool, 'random-uuid']);
  const config = ['-c', join(dir, 'server.properties'), '--standalone', '--ignore-formatted'];
  await run('java', [...tool, 'format', '-t', stdout.trim(), ...config]);
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function gone(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Ends the process, by force if it takes longer than ten seconds. */
async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (gone(child)) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  const force = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await exited;
  clearTimeout(force);
}
