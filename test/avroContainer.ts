import avsc from 'avsc';
import type { RecordSchema } from '../lib/events/schemas.ts';

const zigzag = avsc.Type.forSchema('long');
const text = avsc.Type.forSchema('string');

/** Where a record lay in the log, as the worker writes it behind the record. */
export interface TestPlace {
  log: string;
  partition: number;
  offset: number;
}

/**
 * An Avro Object Container File of these records, the three fields of their places included: written apart from the
 * worker's own framing, so that a fault of one shows against the other.
 */
export function avroContainer(schema: RecordSchema, rows: readonly { record: object; place: TestPlace }[]): Buffer[] {
  const log = rows[0]!.place.log;
  const container = {
    ...schema,
    fields: [
      ...schema.fields,
      { name: '_log', type: { type: 'enum', name: 'LogId', symbols: [log] } },
      { name: '_partition', type: 'long' },
      { name: '_offset', type: 'long' },
    ],
  };
  const type = avsc.Type.forSchema(container as unknown as avsc.Schema);
  const body = Buffer.concat(
    rows.map(({ record, place }) =>
      type.toBuffer({ ...record, _log: place.log, _partition: place.partition, _offset: place.offset }),
    ),
  );
  const sync = Buffer.alloc(16, 7);
  return [
    Buffer.from('Obj\u0001', 'latin1'),
    ...[zigzag.toBuffer(2), text.toBuffer('avro.schema'), text.toBuffer(JSON.stringify(container))],
    ...[text.toBuffer('avro.codec'), text.toBuffer('null'), zigzag.toBuffer(0), sync],
    ...[zigzag.toBuffer(rows.length), zigzag.toBuffer(body.length), body, sync],
  ];
}
