#!/usr/bin/env node
import { RollguardError } from '../lib/runtime/errors.ts';
import { demo } from './commands/demo.ts';
import { doctor } from './commands/doctor.ts';
import { keys } from './commands/keys.ts';
import { migrate } from './commands/migrate.ts';
import { replay } from './commands/replay.ts';
import { control, gateway, worker } from './commands/services.ts';
import { simulate } from './commands/simulate.ts';
import { start } from './commands/start.ts';
import { UsageError } from './options.ts';

const commands: Record<string, { help: string; run: (args: string[]) => Promise<number> }> = {
  demo: { help: 'everything in this process with a simulated fleet, to look at; keeps nothing', run: demo },
  start: { help: 'all services in this process, data in ROLLGUARD_DATA_DIR', run: start },
  gateway: { help: 'a gateway of its own, in front of Kafka', run: gateway },
  worker: { help: 'a worker of its own, from Kafka to ClickHouse', run: worker },
  control: { help: 'the operator API of a cluster', run: control },
  migrate: { help: 'makes the topics and tables of a cluster', run: migrate },
  keys: { help: 'lists, makes and revokes keys of a running process', run: keys },
  doctor: { help: 'proves that nothing is lost, doubled or miscounted', run: doctor },
  replay: { help: 'sends rejected records through the pipeline once more', run: replay },
  simulate: { help: 'a fleet of phones that reports over HTTP, with a ledger of what must be counted', run: simulate },
};

function usage(): string {
  const lines = Object.entries(commands).map(([name, { help }]) => `  ${name.padEnd(10)} ${help}`);
  return `Usage: rollguard <command> [options]\n\n${lines.join('\n')}\n\nrollguard <command> --help tells more.`;
}

/** An option that the command does not have, or one without its value. */
function isUsage(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

async function main(args: string[]): Promise<number> {
  const [name = '', ...rest] = args;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    const asked = name === '--help' || name === 'help';
    (asked ? console.log : console.error)(asked || name === '' ? usage() : `No command ${name}.\n\n${usage()}`);
    return asked ? 0 : 2;
  }
  try {
    return await command.run(rest);
  } catch (error) {
    if (error instanceof UsageError || isUsage(error)) {
      console.error(`${error.message}\n\nrollguard ${name} --help tells more.`);
      return 2;
    }
    if (error instanceof RollguardError) console.error(`${error.code}: ${error.message}\n${error.next}`);
    else console.error(error);
    return 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
