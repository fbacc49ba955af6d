import type { SchemaRegistry } from '../../lib/events/schemas.ts';
import { compileWalk, type AvroSchema, type Walk } from './recordWalk.ts';
import { Framer } from './frame.ts';

/** What the worker can do with the records of one schema. */
export interface WireSchema {
  walk: Walk;
  framer: Pick<Framer, 'frame'>;
}

/** By schema id. */
export type WireSchemas = ReadonlyMap<number, WireSchema>;

export function wireSchemas(registry: SchemaRegistry, logId: string): WireSchemas {
  return new Map(
    registry
      .all()
      .map(({ id, schema }) => [id, { walk: compileWalk(schema as AvroSchema), framer: new Framer(schema, logId) }]),
  );
}
