// Finds every test file and hands the list to Node's own runner: on Node 20 `--test` takes no glob and ignores `.ts`.
// `--chaos` runs only the long kill tests; words after the flags keep the files whose path holds one of them.
import { spawn } from 'node:child_process';
import { globSync } from './globSync.mjs';

const args = process.argv.slice(2);
const chaos = args.includes('--chaos');
const words = args.filter((arg) => !arg.startsWith('--'));
const files = globSync(['cli', 'lib', 'services', 'tools', 'test'], '.test.ts')
  .filter((file) => !chaos || file.includes('/kill'))
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)));

const env = { ...process.env, ...(chaos ? { ROLLGUARD_TEST_KILLS: '25' } : {}) };
const child = spawn(
  process.execPath,
  ['--import', 'tsx', '--test', '--test-concurrency=2', '--test-timeout=600000', '--test-reporter=spec', ...files],
  { stdio: ['ignore', 'pipe', 'inherit'], env },
);

// The counts are read from the runner's own summary, so that the closing line cannot say anything else.
let tail = '';
child.stdout.on('data', (chunk) => {
  process.stdout.write(chunk);
  tail = (tail + chunk).slice(-4000);
});
child.on('close', (code) => {
  const count = (name) => Number(new RegExp(`ℹ ${name} (\\d+)`).exec(tail)?.[1] ?? 0);
  console.log(`${count('pass')} passed, ${count('fail')} failed, ${count('skipped')} skipped`);
  process.exit(code ?? 1);
});
