import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** One `rollguard` process, started from the sources. */
export interface Service {
  readonly name: string;
  /** Everything it has written so far, both streams. */
  output(): string;
  running(): boolean;
  /** Resolves when it has ended, in whatever way. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** SIGKILL, as a power cut. */
  kill(): Promise<void>;
  /** SIGTERM; throws when it does not end well. */
  stop(): Promise<void>;
}

export function startService(name: string, args: string[], env: Record<string, string>): Service {
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', 'cli/main.ts', ...args], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, LOG_LEVEL: 'info', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ended = once(child, 'close').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
  }));
  const running = (): boolean => child.exitCode === null && child.signalCode === null;
  return {
    name,
    output: () => output,
    running,
    ended,
    async kill() {
      if (running()) child.kill('SIGKILL');
      await ended;
    },
    async stop() {
      if (running()) child.kill('SIGTERM');
      const { code, signal } = await ended;
      if (code !== 0) throw new Error(`${name} ended with ${code ?? signal}:\n${output.slice(-4000)}`);
    },
  };
}
