import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

interface Entry {
  resolved?: string;
  optionalDependencies?: Record<string, string>;
}

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, Entry> };

// A registry that lacks the build of another platform makes npm drop it from the lockfile, and then `npm ci` refuses.
test('the lockfile has an entry for every optional package, those of other platforms included', () => {
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !(`${path}/node_modules/${name}` in packages) && !(`node_modules/${name}` in packages),
    ),
  );
  assert.deepEqual(missing, []);
});

test('the lockfile names no place that a package was fetched from', () => {
  const fetched = Object.entries(packages).filter(([, { resolved }]) => resolved !== undefined);
  assert.deepEqual(fetched, []);
});
