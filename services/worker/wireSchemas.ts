import { compileWalk, type AvroSchema, type Walk } from './recordWalk.ts';
import { Framer } from './frame.ts';

export interface RecordSchema {
  name: string;
  fields: { name: string; type: AvroSchema }[];
}

/** What the worker can do with the records of one schema. */
export interface WireSchema {
  walk: Walk;
  framer: Pick<Framer, 'frame'>;
}

/** By schema id. */
export type WireSchemas = ReadonlyMap<number, WireSchema>;

export function wireSchemas(schemas: Iterable<[number, RecordSchema]>, logId: string): WireSchemas {
  return new Map(
    Array.from(schemas, ([id, schema]) => [
      id,
      { walk: compileWalk(schema as AvroSchema), framer: new Framer(schema, logId) },
    ]),
  );
}
