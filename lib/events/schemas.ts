import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import avsc from 'avsc';

/** One field of a record schema, as the file has it. */
export interface SchemaField {
  name: string;
  type: unknown;
  doc?: string;
  default?: unknown;
}

export interface RecordSchema {
  type: 'record';
  name: string;
  namespace?: string;
  doc?: string;
  fields: SchemaField[];
}

/** One version of one record, known under its id on the wire. */
export interface KnownSchema {
  id: number;
  /** File name without the version, as `update-event`. */
  subject: string;
  version: number;
  schema: RecordSchema;
  type: avsc.Type;
}

export interface SchemaRegistry {
  byId(id: number): KnownSchema | undefined;
  /** Id of a version of a subject, of its newest when none is named. Throws a RangeError when there is none. */
  idOf(subject: string, version?: number): number;
  all(): KnownSchema[];
}

/** One `schemas/<subject>.v<version>.avsc`. */
export interface SchemaFile {
  subject: string;
  version: number;
  schema: RecordSchema;
}

/**
 * SHA-256 of the schema's canonical form, hexadecimal: names, types, order, defaults and logical types count, docs and
 * layout do not. (Avro's own parsing canonical form drops defaults and logical types too; a change of those would bend
 * what readers see and has to be seen.)
 */
export function fingerprint(schema: RecordSchema): string {
  return createHash('sha256').update(canonical(schema)).digest('hex');
}

/** A schema, or a part of one, as text in which docs and the order of keys do not count. */
export function canonical(schema: unknown): string {
  return JSON.stringify(schema, (key, value: unknown) => {
    if (key === 'doc') return undefined;
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

export function typeOf(schema: RecordSchema): avsc.Type {
  return avsc.Type.forSchema(schema as unknown as avsc.Schema);
}

/** The folder that holds the package, from the sources and from `dist/` alike. Throws when it cannot be found. */
export function packageRoot(from: string = import.meta.dirname): string {
  for (let at = from; ; at = dirname(at)) {
    const file = join(at, 'package.json');
    if (existsSync(file) && (JSON.parse(readFileSync(file, 'utf8')) as { name?: string }).name === 'rollguard') {
      return at;
    }
    if (dirname(at) === at) throw new Error(`no package.json of rollguard above ${from}`);
  }
}

export function readSchemaFiles(folder: string): SchemaFile[] {
  return readdirSync(folder)
    .sort()
    .flatMap((file) => {
      const match = /^(.+)\.v(\d+)\.avsc$/.exec(file);
      if (!match) return [];
      const schema = JSON.parse(readFileSync(join(folder, file), 'utf8')) as RecordSchema;
      return [{ subject: match[1]!, version: Number(match[2]), schema }];
    });
}

/** `ids.json`: fingerprint → id on the wire. */
export function readSchemaIds(folder: string): Record<string, number> {
  return JSON.parse(readFileSync(join(folder, 'ids.json'), 'utf8')) as Record<string, number>;
}

/** Reads the `schemas` folder of the package. Throws a RangeError for a schema that `ids.json` does not know. */
export function loadSchemas(folder: string = join(packageRoot(), 'schemas')): SchemaRegistry {
  return createRegistry(readSchemaFiles(folder), readSchemaIds(folder));
}

export function createRegistry(files: SchemaFile[], ids: Record<string, number>): SchemaRegistry {
  const known = files.map((file) => {
    const id = ids[fingerprint(file.schema)];
    if (id === undefined) throw new RangeError(`schemas/ids.json has no id for ${file.subject}.v${file.version}`);
    return { ...file, id, type: typeOf(file.schema) };
  });
  const byId = new Map(known.map((one) => [one.id, one]));
  return {
    byId: (id) => byId.get(id),
    idOf(subject, version) {
      const versions = known.filter((one) => one.subject === subject && (version ?? one.version) === one.version);
      const newest = versions.sort((a, b) => b.version - a.version)[0];
      if (!newest) throw new RangeError(`no schema ${subject}${version === undefined ? '' : `.v${version}`}`);
      return newest.id;
    },
    all: () => known,
  };
}
