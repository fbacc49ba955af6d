import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { lockDataDir } from './dataDirLock.ts';
import { RollguardError } from './errors.ts';

/** The folder in which a process keeps everything; owned by it alone until `close`. */
export interface DataDir {
  path: string;
  /** True when this start made the folder's content. */
  fresh: boolean;
  /** A folder of its own for one part; made when absent. */
  folder(name: 'log' | 'warehouse' | 'spool'): string;
  /** The secret kept here, made at the first call; the file is readable by its owner alone. */
  secret(): string;
  /** Tells commands on this machine where the operator API is and how to enter; gone after `close`. */
  announce(door: Door): void;
  close(): void;
}

/** How a command reaches the process that holds the data directory. */
export interface Door {
  url: string;
  operatorKey: string;
}

/** Version of the folder's layout. */
export const DATA_DIR_FORMAT = 1;

/** Steps that bring an older layout forward, by the format they start from. */
export type FormatSteps = Readonly<Record<number, (path: string) => void>>;

/**
 * Opens the folder, making it when absent. Throws `data_dir_locked` when another process owns it and `data_dir_newer` when a
 * later version wrote it. An older layout is brought forward one format at a time, each recorded when it is done.
 */
export function openDataDir(path: string, format = DATA_DIR_FORMAT, steps: FormatSteps = {}): DataDir {
  const root = resolve(path);
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const lock = lockDataDir(root);
  const doorFile = join(root, 'door.json');
  try {
    rmSync(doorFile, { force: true });
    const found = formatOf(root);
    if (found !== undefined && found > format) {
      throw new RollguardError(
        'data_dir_newer',
        `${root} has format ${found}, this version knows ${format} at most. Run the newer version, or give this one a folder of its own by ROLLGUARD_DATA_DIR.`,
      );
    }
    for (let at = found ?? format; at < format; at += 1) {
      steps[at]?.(root);
      writeAtomically(join(root, 'format'), `${at + 1}\n`, 0o600);
    }
    if (found === undefined) writeAtomically(join(root, 'format'), `${format}\n`, 0o600);
    return {
      path: root,
      fresh: found === undefined,
      folder(name) {
        const folder = join(root, name);
        mkdirSync(folder, { recursive: true });
        return folder;
      },
      secret: () => keptSecret(join(root, 'secret')),
      announce: (door) => writeAtomically(doorFile, JSON.stringify(door), 0o600),
      close() {
        rmSync(doorFile, { force: true });
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** The door of the process that holds the folder; `undefined` when none runs. */
export function readDoor(path: string): Door | undefined {
  const text = readIfThere(join(resolve(path), 'door.json'));
  return text === undefined ? undefined : (JSON.parse(text) as Door);
}

function formatOf(root: string): number | undefined {
  const text = readIfThere(join(root, 'format'));
  if (text === undefined) return undefined;
  const format = Number(text);
  if (Number.isInteger(format) && format > 0) return format;
  throw new RollguardError(
    'config_invalid',
    `${join(root, 'format')} does not hold a number; is this Rollguard's folder?`,
  );
}

function keptSecret(file: string): string {
  const kept = readIfThere(file);
  if (kept !== undefined) return kept.trim();
  const secret = randomBytes(32).toString('hex');
  writeAtomically(file, `${secret}\n`, 0o600);
  return secret;
}

function writeAtomically(file: string, text: string, mode: number): void {
  const temporary = `${file}.tmp`;
  writeFileSync(temporary, text, { mode, flush: true });
  renameSync(temporary, file);
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
