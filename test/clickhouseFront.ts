import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A running front: the real engine behind ClickHouse's HTTP interface, in a process of its own. */
export interface ClickhouseFront {
  url: string;
  pid: number;
  /** Lets running requests finish. */
  stop(): Promise<void>;
  /** SIGKILL, as a power cut for the engine. */
  kill(): Promise<void>;
}

/** Starts the front over the data in `dir`; `port` 0 takes a free one. For tests only (design §5.7). */
export async function startClickhouseFront(dir: string, port = 0): Promise<ClickhouseFront> {
  const program = fileURLToPath(new URL('./clickhouseFrontProcess.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', program, dir, String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await firstLine(child);
  return {
    url,
    pid: child.pid!,
    stop: () => end(child, 'SIGTERM'),
    kill: () => end(child, 'SIGKILL'),
  };
}

async function firstLine(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) {
    child.stdout!.resume();
    return line;
  }
  throw new Error('The front ended before it was listening.');
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}
