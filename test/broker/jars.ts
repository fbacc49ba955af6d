import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { waitFor } from '../waitFor.ts';

const here = dirname(fileURLToPath(import.meta.url));
const cache = join(here, '..', '..', '.cache', 'kafka');
const jars = join(cache, 'lib-4.1.0');
const lock = join(cache, 'lock');

/** Why a broker cannot be started here, or nothing. In CI it always can be asked for, so that its absence fails there. */
export function brokerMissing(): string | undefined {
  if (process.env.CI === 'true') return undefined;
  if (spawnSync('java', ['-version']).error) return 'no Kafka broker: java is not installed';
  if (!existsSync(jars) && spawnSync('mvn', ['-v']).error) return 'no Kafka broker: mvn is not installed';
  return undefined;
}

/** The folder with the broker's jars, fetched by Maven the first time; one process fetches, the others wait for it. */
export async function brokerJars(): Promise<string> {
  await mkdir(cache, { recursive: true });
  await waitFor(async () => existsSync(jars) || (await fetchUnderLock()), {
    timeoutMs: 300_000,
    what: 'the jars of the broker',
  });
  return jars;
}

async function fetchUnderLock(): Promise<boolean> {
  try {
    await mkdir(lock);
  } catch {
    await dropLockOfTheDead();
    return false;
  }
  try {
    await writeFile(join(lock, 'pid'), String(process.pid));
    const unfinished = join(cache, `unfinished-${process.pid}`);
    const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${unfinished}`];
    await promisify(execFile)('mvn', ['-q', '-B', '-f', join(here, 'pom.xml'), ...goal]);
    await rename(unfinished, jars);
    return true;
  } finally {
    await rm(lock, { recursive: true });
  }
}

async function dropLockOfTheDead(): Promise<void> {
  const pid = Number(await readFile(join(lock, 'pid'), 'utf8').catch(() => '0'));
  if (pid === 0) return;
  try {
    process.kill(pid, 0);
  } catch {
    await rm(lock, { recursive: true, force: true });
  }
}
