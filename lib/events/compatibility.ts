import type { RecordSchema, SchemaFile } from './schemas.ts';
import { canonical, fingerprint } from './schemas.ts';

/**
 * What keeps a reader of `newer` from reading what `older` wrote, or misleads it; empty when nothing does. Stricter than
 * Avro's own resolution (which would widen an int and ignore a removed field), for tables and dashboards hold on to the
 * fields: none is removed, renamed or retyped, and a new one has a default and comes after the old ones.
 */
export function compatibility(older: RecordSchema, newer: RecordSchema): string[] {
  const faults: string[] = [];
  if (fullName(older) !== fullName(newer)) faults.push(`the record is renamed to ${fullName(newer)}`);
  const fields = new Map(newer.fields.map((field) => [field.name, field]));
  for (const field of older.fields) {
    const now = fields.get(field.name);
    if (!now) faults.push(`${field.name} is removed`);
    else if (canonical(field.type) !== canonical(now.type)) faults.push(`${field.name} has another type`);
  }
  const before = new Set(older.fields.map((field) => field.name));
  newer.fields.forEach((field, index) => {
    if (before.has(field.name)) return;
    if (!('default' in field)) faults.push(`${field.name} is new and has no default`);
    if (index < older.fields.length) faults.push(`${field.name} is new and stands before older fields`);
  });
  return faults;
}

/** Faults of the whole folder: every schema has its id, no id has lost its schema, and each version reads all before it. */
export function checkSchemas(files: SchemaFile[], ids: Record<string, number>): string[] {
  const faults: string[] = [];
  const present = new Map(files.map((file) => [fingerprint(file.schema), `${file.subject}.v${file.version}`]));
  for (const [print, name] of present) {
    if (!(print in ids)) faults.push(`${name}: not in ids.json; a changed schema needs a new version and a new id`);
  }
  for (const [print, id] of Object.entries(ids)) {
    if (!present.has(print)) faults.push(`id ${id}: its schema was changed or removed`);
  }
  const values = Object.values(ids);
  if (new Set(values).size !== values.length) faults.push('ids.json gives one id twice');
  if (!values.every((id) => Number.isInteger(id) && id > 0))
    faults.push('ids.json has an id that is no positive integer');
  for (const older of files) {
    for (const newer of files) {
      if (older.subject !== newer.subject || older.version >= newer.version) continue;
      const found = compatibility(older.schema, newer.schema);
      faults.push(...found.map((fault) => `${newer.subject}.v${newer.version} after v${older.version}: ${fault}`));
    }
  }
  return faults;
}

function fullName(schema: RecordSchema): string {
  return `${schema.namespace ?? ''}.${schema.name}`;
}
