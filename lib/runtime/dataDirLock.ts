import { linkSync, readFileSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { RollguardError } from './errors.ts';

/**
 * One owner per folder, also after SIGKILL.
 *
 * Owners are numbered files, `owner.<n>.lock`; the highest number says who owns the folder. A taker writes the next number
 * by `link`, which fails when somebody was faster, and only then removes lower ones: so no two takers of a dead owner's
 * folder can both win. An owner that leaves marks its file as released instead of removing it, for the same reason.
 *
 * Whether an owner lives: on the same machine its process id, start time and boot tell. A process in another container
 * cannot be seen, so every owner touches its file, and a stranger's that was not touched for 30 s counts as dead.
 */
export interface DataDirLock {
  release(): void;
}

interface Owner {
  pid: number;
  /** Start of the process in clock ticks since boot, "" where the system does not tell. */
  started: string;
  boot: string;
  host: string;
  released: boolean;
}

const HEARTBEAT_MS = 5000;
const SILENT_MS = 30_000;

/** Takes the folder, which must exist. Throws `data_dir_locked` naming the owner. */
export function lockDataDir(dir: string): DataDirLock {
  const me: Owner = {
    pid: process.pid,
    started: startOf(process.pid),
    boot: bootId(),
    host: hostname(),
    released: false,
  };
  for (;;) {
    const numbers = ownerNumbers(dir);
    const highest = numbers.at(-1) ?? 0;
    const owner = highest === 0 ? undefined : readOwner(ownerFile(dir, highest));
    if (owner !== undefined && lives(owner, ownerFile(dir, highest))) {
      const where = owner.host === me.host ? '' : ` on ${owner.host}`;
      throw new RollguardError(
        'data_dir_locked',
        `${dir} belongs to the running process ${owner.pid}${where}. Stop that process, or give this one a folder of its own by ROLLGUARD_DATA_DIR.`,
      );
    }
    const mine = ownerFile(dir, highest + 1);
    if (!claim(dir, mine, me)) continue;
    // The list was old: others came and went meanwhile, and a later owner has begun.
    if (ownerNumbers(dir).at(-1) !== highest + 1) {
      rmSync(mine, { force: true });
      continue;
    }
    for (const number of numbers) rmSync(ownerFile(dir, number), { force: true });
    return hold(dir, mine, me);
  }
}

function hold(dir: string, file: string, me: Owner): DataDirLock {
  const heartbeat = setInterval(() => {
    const now = new Date();
    try {
      utimesSync(file, now, now);
    } catch {
      // The folder was removed under us; whatever writes there next says so.
    }
  }, HEARTBEAT_MS);
  heartbeat.unref();
  let held = true;
  return {
    release() {
      if (!held) return;
      held = false;
      clearInterval(heartbeat);
      const temporary = join(dir, `owner.${process.pid}.tmp`);
      writeFileSync(temporary, JSON.stringify({ ...me, released: true }));
      renameSync(temporary, file);
    },
  };
}

/** Whether the file could be made; it appears with its whole content, or not at all. */
function claim(dir: string, file: string, me: Owner): boolean {
  const temporary = join(dir, `owner.${process.pid}.tmp`);
  writeFileSync(temporary, JSON.stringify(me));
  try {
    linkSync(temporary, file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

function lives(owner: Owner, file: string): boolean {
  if (owner.released) return false;
  if (owner.host !== hostname()) return Date.now() - statSync(file).mtimeMs < SILENT_MS;
  if (owner.boot !== bootId()) return false;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    // EPERM: it lives, under another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  return owner.started === startOf(owner.pid);
}

function ownerFile(dir: string, number: number): string {
  return join(dir, `owner.${number}.lock`);
}

function ownerNumbers(dir: string): number[] {
  return readdirSync(dir)
    .flatMap((name) => /^owner\.(\d+)\.lock$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((left, right) => left - right);
}

/** `undefined` when the file went away or cannot be read: the next look decides. */
function readOwner(file: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Owner;
  } catch {
    return undefined;
  }
}

/** Field 22 of /proc/<pid>/stat; the name before it may hold blanks and brackets. */
function startOf(pid: number): string {
  const stat = readIfThere(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function bootId(): string {
  return readIfThere('/proc/sys/kernel/random/boot_id').trim();
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
