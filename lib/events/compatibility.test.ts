import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkSchemas, compatibility } from './compatibility.ts';
import { createEventCodec } from './codec.ts';
import {
  createRegistry,
  fingerprint,
  loadSchemas,
  packageRoot,
  readSchemaFiles,
  readSchemaIds,
  type RecordSchema,
  type SchemaField,
  type SchemaFile,
} from './schemas.ts';

const folder = join(packageRoot(), 'schemas');
const files = readSchemaFiles(folder);
const ids = readSchemaIds(folder);
const v1 = files.find(({ subject }) => subject === 'update-event')!;

function changed(change: (fields: SchemaField[]) => SchemaField[]): RecordSchema {
  return { ...v1.schema, fields: change(structuredClone(v1.schema.fields)) };
}

const withBattery = changed((fields) => [...fields, { name: 'battery', type: 'int', default: -1 }]);

test('the committed schemas pass', () => {
  assert.deepEqual(checkSchemas(files, ids), []);
});

test('each way to break readers is refused by name', () => {
  const refusals: [SchemaField[] | RecordSchema, RegExp][] = [
    [changed((fields) => fields.filter(({ name }) => name !== 'channel')), /^channel is removed$/],
    [
      changed((fields) => fields.map((field) => (field.name === 'channel' ? { ...field, name: 'track' } : field))),
      /^channel is removed$/,
    ],
    [
      changed((fields) => fields.map((field) => (field.name === 'kind' ? { ...field, type: 'bytes' } : field))),
      /^kind has another type$/,
    ],
    [changed((fields) => [...fields, { name: 'battery', type: 'int' }]), /^battery is new and has no default$/],
    [
      changed((fields) => [{ name: 'battery', type: 'int', default: -1 }, ...fields]),
      /^battery is new and stands before older fields$/,
    ],
    [{ ...v1.schema, name: 'Other' }, /^the record is renamed/],
  ];
  for (const [newer, fault] of refusals) {
    const found = compatibility(v1.schema, newer as RecordSchema);
    assert.ok(
      found.some((each) => fault.test(each)),
      `${String(fault)} in ${found.join('; ')}`,
    );
  }
  assert.deepEqual(compatibility(v1.schema, withBattery), []);
});

test('a changed file, a lost one, an id given twice and a version without an id are found', () => {
  const v2: SchemaFile = { subject: 'update-event', version: 2, schema: withBattery };
  const edited = files.map((file) => (file === v1 ? { ...file, schema: withBattery } : file));
  assert.match(checkSchemas(edited, ids).join('\n'), /update-event\.v1: not in ids\.json[^]*was changed or removed/);
  assert.match(checkSchemas([...files, v2], ids).join('\n'), /update-event\.v2: not in ids\.json/);
  const twice = { ...ids, [fingerprint(withBattery)]: ids[fingerprint(v1.schema)]! };
  assert.match(checkSchemas([...files, v2], twice).join('\n'), /gives one id twice/);
  assert.deepEqual(checkSchemas([...files, v2], { ...ids, [fingerprint(withBattery)]: 99 }), []);
  const incompatible: SchemaFile = { ...v2, schema: changed((fields) => fields.slice(1)) };
  const known = { ...ids, [fingerprint(incompatible.schema)]: 99 };
  assert.match(checkSchemas([...files, incompatible], known).join('\n'), /v2 after v1: received_at is removed/);
});

test('a record of version 1 is read as version 2, with the default of what it lacks', () => {
  const v2: SchemaFile = { subject: 'update-event', version: 2, schema: withBattery };
  const registry = createRegistry([...files, v2], { ...ids, [fingerprint(withBattery)]: 99 });
  const older = createEventCodec(loadSchemas());
  const newer = createEventCodec(registry);
  assert.equal(newer.schemaId, 99);
  const event = Object.fromEntries(
    v1.schema.fields.map(({ name, type }) => [name, sample(type)]),
  ) as unknown as Parameters<typeof older.encode>[0];
  const read = newer.decode(older.encode(event));
  assert.equal(read.schemaId, older.schemaId);
  assert.deepEqual({ ...read.event }, { ...event, battery: -1 });
});

/** Some value of the type, for the types that our schemas use. */
function sample(type: unknown): unknown {
  if (Array.isArray(type)) return null;
  if (typeof type === 'object' && type !== null) {
    const { type: inner } = type as { type: unknown };
    return inner === 'map' ? {} : sample(inner);
  }
  return { string: 'text', long: 1, int: 1, boolean: true }[String(type)];
}
