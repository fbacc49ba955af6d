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
  [
    '--import',
    'tsx',
    '--test',
    '--test-concurrency=2',
    `--test-timeout=${chaos ? 3_600_000 : 600_000}`,
    '--test-reporter=spec',
    ...files,
  ],
  { stdio: ['ignore', 'pipe', 'inherit'], env },
);

// The counts are read from the runner's own summary, so that the closing line cannot say anything else.
const counts = { pass: 0, fail: 0, skipped: 0 };
let line = '';
child.stdout.on('data', (chunk) => {
  process.stdout.write(chunk);
  const lines = (line + chunk).split('\n');
  line = lines.pop();
  for (const each of lines) {
    const [, name, count] = /^ℹ (pass|fail|skipped) (\d+)$/.exec(each) ?? [];
    if (name !== undefined) counts[name] = Number(count);
  }
});
child.on('close', (code) => {
  console.log(`${counts.pass} passed, ${counts.fail} failed, ${counts.skipped} skipped`);
  process.exit(code ?? 1);
});
