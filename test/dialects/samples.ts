import { existsSync, readFileSync } from 'node:fs';
import type { TestContext } from 'node:test';

/** One request as a real client sends it, and what its own server answers. `<text>` stands for any text. */
export interface Sample {
  dialect: string;
  method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH' | 'OPTIONS';
  path: string;
  headers: Record<string, string>;
  body: unknown;
  expect: {
    note: string;
    http?: { status: number; body?: unknown };
    /** Of each event, in their order. */
    kinds: string[];
  };
}

/** The samples are kept beside the project, with the pages they were derived from. */
const file = '../shared/wire-formats/samples.jsonl';

/** All samples; `undefined` (and the test skipped, loudly) where they are not at hand, which CI does not allow. */
export function readSamples(t: TestContext): Sample[] | undefined {
  if (existsSync(file)) {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Sample);
  }
  if (process.env.CI === 'true') throw new Error(`${file} is missing`);
  console.warn(`SKIPPED: ${file} is missing, so no dialect was compared with what real clients send`);
  t.skip(`${file} is missing`);
  return undefined;
}

/** What the server of a sample expects, laid over what we answered: the paths that differ. */
export function differing(expected: unknown, actual: unknown, at = ''): string[] {
  if (expected === undefined) return [];
  if (expected === '<text>') return typeof actual === 'string' && actual !== '' ? [] : [at];
  if (expected === null || typeof expected !== 'object') return Object.is(expected, actual) ? [] : [at];
  if (actual === null || typeof actual !== 'object') return [at];
  if (Array.isArray(expected) && (!Array.isArray(actual) || actual.length !== expected.length)) return [at];
  return Object.entries(expected).flatMap(([name, value]) =>
    differing(value, (actual as Record<string, unknown>)[name], `${at}/${name}`),
  );
}
