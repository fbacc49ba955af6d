import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import avro from 'avsc';
import { logColumn } from '../../lib/warehouse/logColumn.ts';
import { Framer } from './frame.ts';
import type { RecordSchema } from '../../lib/events/schemas.ts';

const schema = JSON.parse(
  '{"type":"record","name":"Note","fields":[{"name":"at","type":{"type":"long","logicalType":"timestamp-millis"}},{"name":"text","type":"string"}]}',
) as RecordSchema;

interface Row {
  at: number;
  text: string;
  _log: string;
  _partition: number;
  _offset: number;
}

async function readContainer(pieces: Buffer[]): Promise<{ rows: Row[]; schema: string }> {
  const decoder = new avro.streams.BlockDecoder();
  const rows: Row[] = [];
  let header = '';
  decoder.on('metadata', (_type: unknown, _codec: unknown, fields: { meta: Record<string, Buffer> }) => {
    header = fields.meta['avro.schema']!.toString('utf8');
  });
  decoder.on('data', (row: Row) => rows.push(row));
  decoder.end(Buffer.concat(pieces));
  await new Promise((resolve, reject) => decoder.on('end', resolve).on('error', reject));
  return { rows, schema: header };
}

test('another Avro reader finds the records with their place behind them', async () => {
  const type = avro.Type.forSchema(schema as avro.Schema);
  const offsets = [0, 63, 64, 8191, 2 ** 31, 2 ** 45];
  const records = offsets.map((offset, index) => ({
    partition: 7,
    offset,
    timestamp: 0,
    headers: {},
    key: null,
    value: Buffer.concat([Buffer.from([0, 0, 0, 0, 1]), type.toBuffer({ at: index, text: 'ü'.repeat(index * 40) })]),
  }));
  const { rows, schema: header } = await readContainer(new Framer(schema, 'ab12').frame(records));
  assert.deepEqual(
    rows.map((row) => ({ ...row })),
    offsets.map((offset, index) => ({
      at: index,
      text: 'ü'.repeat(index * 40),
      _log: logColumn('ab12'),
      _partition: 7,
      _offset: offset,
    })),
  );
  assert.match(header, /timestamp-millis/);
});

test('the schema of update events keeps its logical types in the container', () => {
  const update = JSON.parse(readFileSync('schemas/update-event.v1.avsc', 'utf8')) as RecordSchema;
  const head = new Framer(update, 'ab12').frame([])[0]!.toString('utf8');
  assert.equal(head.split('timestamp-millis').length - 1, 4);
  assert.match(head, /"logicalType":"uuid"/);
});
