import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { globSync } from './globSync.mjs';

interface Import {
  file: string;
  /** A path from the root for our own files, else the package's name. */
  target: string;
}

const root = process.cwd();
const sources = globSync(['cli', 'lib', 'services', 'tools'], '.ts').filter(
  (file) => !file.endsWith('.test.ts') && !file.endsWith('.contract.ts') && !file.includes('/contract/'),
);

const imports: Import[] = sources.flatMap((file) => {
  const text = readFileSync(file, 'utf8');
  return Array.from(text.matchAll(/\b(?:from\s+|import\s+|import\s*\(\s*)'([^']+)'/g), ([, specifier]) => ({
    file,
    target: specifier!.startsWith('.') ? relative(root, join(root, dirname(file), specifier!)) : specifier!,
  }));
});

function offenders(from: (file: string) => boolean, to: (target: string) => boolean): string[] {
  return imports
    .filter(({ file, target }) => from(file) && to(target))
    .map(({ file, target }) => `${file} → ${target}`);
}

const service = (path: string): string | undefined => /^services\/([^/]+)\//.exec(path)?.[1];
const inFolder = (folder: string) => (path: string) => path.startsWith(`${folder}/`);
const isPackage =
  (...names: string[]) =>
  (target: string) =>
    names.some((n) => target === n || target.startsWith(`${n}/`));
// The bench sets other people's ways beside ours.
const peer = inFolder('tools/bench/peers');

test('the graph is not empty', () => {
  assert.ok(imports.length > 100, `${imports.length} imports found`);
});

test('services never import each other, except the embedded one', () => {
  assert.deepEqual(
    imports
      .filter(({ file, target }) => {
        const [from, to] = [service(file), service(target)];
        return from !== undefined && to !== undefined && from !== to && from !== 'embedded';
      })
      .map(({ file, target }) => `${file} → ${target}`),
    [],
  );
});

test('lib imports neither services nor tools nor the command', () => {
  assert.deepEqual(
    offenders(inFolder('lib'), (target) => /^(services|tools|cli)\//.test(target)),
    [],
  );
});

test('only lib/log names kafkajs and lmdb', () => {
  assert.deepEqual(
    offenders((file) => !inFolder('lib/log')(file) && !peer(file), isPackage('kafkajs', 'lmdb')),
    [],
  );
});

test('only lib/warehouse names the engine and its client', () => {
  assert.deepEqual(
    offenders((file) => !inFolder('lib/warehouse')(file) && !peer(file), isPackage('chdb', '@clickhouse/client')),
    [],
  );
});

test('only lib/warehouse holds SQL', () => {
  const statement = /\b(SELECT\s.+\sFROM|INSERT INTO|CREATE TABLE|ALTER TABLE|DROP TABLE)\b/s;
  const holding = sources.filter((file) => {
    if (inFolder('lib/warehouse')(file) || inFolder('tools/bench')(file)) return false;
    const code = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    return Array.from(code.matchAll(/'[^'\n]*'|`[^`]*`/g)).some(([text]) => statement.test(text));
  });
  assert.deepEqual(holding, []);
});

test('the pure cores do no I/O', () => {
  const pure = (file: string): boolean => ['lib/events', 'lib/halting', 'lib/rollouts'].some((f) => inFolder(f)(file));
  // Reading the schemas is the one exception, in the one file that says so.
  const allowed = (file: string): boolean => file === 'lib/events/schemas.ts';
  assert.deepEqual(
    offenders(
      (file) => pure(file) && !allowed(file),
      isPackage('node:fs', 'node:net', 'node:http', 'node:child_process', 'fastify'),
    ),
    [],
  );
});

test('the simulator knows nothing of how events are counted', () => {
  assert.deepEqual(
    offenders(inFolder('tools/simulate'), (target) => /^(lib\/(events|warehouse)|services)\//.test(target)),
    [],
  );
});

test('process.env is read in the configuration only', () => {
  const readers = sources.filter(
    (file) =>
      !inFolder('lib/runtime/config')(file) &&
      !inFolder('tools/bench')(file) &&
      readFileSync(file, 'utf8').includes('process.env'),
  );
  assert.deepEqual(readers, []);
});

test('what ships imports only what is installed with it', () => {
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: Record<string, string> };
  const shipped = (file: string): boolean => !inFolder('tools/bench')(file);
  const installed = isPackage(...Object.keys(dependencies));
  const ours = (target: string): boolean => /^(cli|lib|services|tools)\//.test(target) || target.startsWith('node:');
  assert.deepEqual(
    offenders(shipped, (target) => !ours(target) && !installed(target)),
    [],
  );
});
