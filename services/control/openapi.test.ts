import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { openapiDocument } from './document.ts';

interface Operation {
  operationId: string;
  summary: string;
  description: string;
  tags: string[];
  security: unknown[];
  parameters?: { name: string; in: string; description?: string }[];
  responses: Record<string, { description: string; content: Record<string, unknown> }>;
}

// A type and not an interface: the validator takes any record.
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions
type Document = {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
};

test('the document is valid OpenAPI 3.1', async () => {
  const document = JSON.parse(await openapiDocument()) as Document;
  assert.match(document.openapi, /^3\.1\./);
  const { valid, errors } = await new Validator().validate(document);
  assert.ok(valid, JSON.stringify(errors, null, 2));
});

test('every operation has a name of its own, words, a lock and its problems', async () => {
  const { paths } = JSON.parse(await openapiDocument()) as Document;
  const names = new Set<string>();
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const about = `${method} ${path}`;
      assert.ok(!names.has(operation.operationId), about);
      names.add(operation.operationId);
      assert.ok(operation.summary !== '' && operation.tags.length === 1, about);
      assert.deepEqual(operation.security, [{ operatorKey: [] }], about);
      for (const status of ['400', '401', '403', '500', '503']) {
        assert.deepEqual(Object.keys(operation.responses[status]?.content ?? {}), ['application/problem+json'], about);
      }
      for (const parameter of operation.parameters ?? []) {
        assert.ok((parameter.description ?? '').length > 5, `${about} ${parameter.name}`);
      }
    }
  }
  assert.ok(names.size >= 16, [...names].join());
});

test('the document says nothing of a machine: no host but the default', async () => {
  const text = await openapiDocument();
  assert.deepEqual(text.match(/https?:\/\/[^"/]+/g), ['http://127.0.0.1:8081']);
});
