import { writeFileSync } from 'node:fs';
import { startBroker } from '../../test/broker.ts';
import { benchGateway } from './gateway/bench.ts';
import { machineFacts } from './machine.ts';
import { help, readOptions, type BenchOptions } from './options.ts';
import { buildPrograms } from './program.ts';
import { comparisonText, machineText } from './report.ts';
import type { Comparison, Results } from './result.ts';
import { benchWorker } from './worker/bench.ts';

function say(text: string): void {
  console.error(text);
}

async function run(options: BenchOptions): Promise<Results> {
  const machine = machineFacts();
  console.log(machineText(machine));
  say('compiling the programs, starting the broker');
  const programs = await buildPrograms();
  const broker = await startBroker();
  const comparisons: Comparison[] = [];
  const context = { options, programs, brokers: broker.brokers, say };
  function tell(comparison: Comparison): void {
    comparisons.push(comparison);
    console.log(comparisonText(comparison));
  }
  try {
    if (options.parts.includes('worker')) await benchWorker(context, tell);
    if (options.parts.includes('gateway')) await benchGateway(context, tell);
  } finally {
    await broker.stop();
  }
  return { machine, comparisons };
}

async function main(): Promise<number> {
  let options: BenchOptions | undefined;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 2;
  }
  if (options === undefined) {
    console.log(help);
    return 0;
  }
  const results = await run(options);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
  return 0;
}

process.exitCode = await main();
