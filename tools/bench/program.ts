import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../../lib/events/schemas.ts';

/**
 * The programs that are measured run as what ships: JavaScript by `tsc`. tsx would wrap every inner function to keep its
 * name, and whoever makes many functions would pay for it.
 */
export interface Programs {
  /**
   * Starts a program of this folder in a process of its own with one argument. `profileTo` names a folder for its CPU
   * profile, which it writes when it ends by itself.
   */
  start(path: string, argument: object, profileTo?: string): Program;
}

export interface Program {
  /** The next message of the program. Throws when it ends without one. */
  next<Message>(): Promise<Message>;
  tell(message: object): void;
  /** Resolves when the process has ended. */
  ended(): Promise<void>;
  /** Ends it by force if it still runs. */
  kill(): void;
}

export async function buildPrograms(): Promise<Programs> {
  const root = packageRoot();
  const built = join(root, '.cache', 'bench');
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  await promisify(execFile)(process.execPath, [compiler, '-p', join(root, 'tools', 'bench')]);
  const migrations = join(built, 'lib', 'warehouse', 'migrations');
  if (!existsSync(migrations)) {
    symlinkSync(relative(join(migrations, '..'), join(root, 'lib', 'warehouse', 'migrations')), migrations);
  }
  return {
    start(path, argument, profileTo) {
      const profile = profileTo === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileTo}`];
      const file = join(built, 'tools', 'bench', path.replace(/\.ts$/, '.js'));
      const child = spawn(process.execPath, [...profile, file, JSON.stringify(argument)], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      });
      return followed(child, path);
    },
  };
}

function followed(child: ChildProcess, path: string): Program {
  const messages: unknown[] = [];
  let wake = (): void => undefined;
  let over = false;
  child.on('message', (message) => {
    messages.push(message);
    wake();
  });
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      over = true;
      process.off('exit', kill);
      wake();
      resolve();
    });
  });
  const kill = (): void => void child.kill('SIGKILL');
  process.on('exit', kill);
  return {
    async next<Message>() {
      while (messages.length === 0) {
        if (over) throw new Error(`${path} ended without its result`);
        await new Promise<void>((resolve) => (wake = resolve));
      }
      return messages.shift() as Message;
    },
    tell: (message) => void child.send(message),
    ended: () => ended,
    kill,
  };
}
