import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../lib/events/schemas.ts';

export interface Machine {
  cpu: string;
  cores: number;
  memoryGb: number;
  system: string;
  node: string;
  /** Of the packages that the figures depend on. */
  packages: Record<string, string>;
  /** Processes that wanted to run just before the start, mean over a minute: above 0 somebody else is at work. */
  load: number;
}

const named = ['fastify', 'kafkajs', 'avsc', 'lmdb', 'chdb', '@clickhouse/client', 'autocannon'];

export function machineFacts(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    system: `${type()} ${release()}`,
    node: process.version,
    packages: Object.fromEntries(named.map((name) => [name, versionOf(name)])),
    load: loadavg()[0] ?? 0,
  };
}

function versionOf(name: string): string {
  const file = join(packageRoot(), 'node_modules', name, 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
