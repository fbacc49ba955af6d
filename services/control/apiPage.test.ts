import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { packageRoot } from '../../lib/events/schemas.ts';
import { parseTime } from '../../lib/events/time.ts';
import { openapiDocument } from './document.ts';

interface Document {
  paths: Record<string, Record<string, { responses: Record<string, { content: Record<string, unknown> }> }>>;
}

const page = readFileSync(join(packageRoot(), 'docs/api.md'), 'utf8');

/** Heading → the JSON under it, where there is any. */
const sections = new Map(
  page
    .split(/^### /m)
    .slice(1)
    .map((section) => {
      const heading = /^`(\w+ [^`]+)`/.exec(section)?.[1] ?? '';
      return [heading, /```json\n([\s\S]*?)```/.exec(section)?.[1]] as const;
    }),
);

const document = JSON.parse(await openapiDocument()) as Document;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { responses }]) => ({ path, method, responses })),
);

test('docs/api.md has every route of the API, and no other', () => {
  const routes = operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
  assert.deepEqual([...sections.keys()].sort(), routes.sort());
});

test('every example in docs/api.md is an answer that the API could give', () => {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addFormat('date-time', (given: string) => parseTime(given) !== undefined);
  ajv.addSchema(document, 'openapi');
  let examples = 0;
  for (const { path, method, responses } of operations) {
    const text = sections.get(`${method.toUpperCase()} ${path}`);
    if (text === undefined) continue;
    const status = '201' in responses ? '201' : '200';
    const steps = ['paths', path, method, 'responses', status, 'content', 'application/json', 'schema'];
    const pointer = steps.map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1')));
    const validate = ajv.getSchema(`openapi#/${pointer.join('/')}`)!;
    assert.ok(validate(JSON.parse(text)), `${method} ${path}: ${ajv.errorsText(validate.errors)}`);
    examples += 1;
  }
  assert.equal(examples, operations.length - 1, 'all but the list of releases, which repeats one release');
  const problem = /```json\n([\s\S]*?)```/.exec(page)?.[1];
  assert.ok(ajv.validate({ $ref: 'openapi#/components/schemas/Problem' }, JSON.parse(problem!)));
});
