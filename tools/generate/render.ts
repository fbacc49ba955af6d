import type { SchemaField, SchemaFile } from '../../lib/events/schemas.ts';

/** A TypeScript module with the record as an interface. */
export function renderType(file: SchemaFile): string {
  const { schema } = file;
  const lines = schema.fields.flatMap((field) => [
    `  /** ${field.doc ?? ''} */`,
    `  ${field.name}: ${typeScriptOf(field.type)};`,
  ]);
  return [
    `// Generated from schemas/${fileName(file)} by \`npm run generate\`. Do not edit.`,
    '',
    `/** ${schema.doc ?? ''} */`,
    `export interface ${schema.name} {`,
    ...lines,
    '}',
    '',
  ].join('\n');
}

/** A Markdown page with the fields of the record. */
export function renderPage(file: SchemaFile, id: number): string {
  const { schema } = file;
  return [
    `<!-- Generated from schemas/${fileName(file)} by \`npm run generate\`. Do not edit. -->`,
    '',
    `# ${schema.name}, version ${file.version}`,
    '',
    schema.doc ?? '',
    '',
    `Schema id on the wire: ${id}.`,
    '',
    '| field | type | default | meaning |',
    '| --- | --- | --- | --- |',
    ...schema.fields.map(
      (field) => `| \`${field.name}\` | ${avroOf(field.type)} | ${defaultOf(field)} | ${field.doc ?? ''} |`,
    ),
    '',
  ].join('\n');
}

export function fileName(file: SchemaFile): string {
  return `${file.subject}.v${file.version}.avsc`;
}

/** The newest version of each subject. */
export function newest(files: SchemaFile[]): SchemaFile[] {
  const bySubject = new Map<string, SchemaFile>();
  for (const file of files) {
    const known = bySubject.get(file.subject);
    if (!known || known.version < file.version) bySubject.set(file.subject, file);
  }
  return [...bySubject.values()];
}

interface Nested {
  type?: unknown;
  values?: unknown;
  items?: unknown;
  logicalType?: string;
}

function typeScriptOf(type: unknown): string {
  if (Array.isArray(type)) {
    return type
      .map(typeScriptOf)
      .sort((a, b) => Number(a === 'null') - Number(b === 'null'))
      .join(' | ');
  }
  if (type !== null && typeof type === 'object') {
    const nested = type as Nested;
    if (nested.type === 'map') return `Record<string, ${typeScriptOf(nested.values)}>`;
    if (nested.type === 'array') return `${typeScriptOf(nested.items)}[]`;
    return typeScriptOf(nested.type);
  }
  const primitives: Record<string, string> = {
    null: 'null',
    string: 'string',
    boolean: 'boolean',
    int: 'number',
    long: 'number',
    float: 'number',
    double: 'number',
    bytes: 'Buffer',
  };
  const found = primitives[String(type)];
  if (found === undefined) throw new RangeError(`no TypeScript type is known for ${JSON.stringify(type)}`);
  return found;
}

function avroOf(type: unknown): string {
  if (Array.isArray(type)) return type.map(avroOf).join(' or ');
  if (type !== null && typeof type === 'object') {
    const nested = type as Nested;
    if (nested.type === 'map') return `map of ${avroOf(nested.values)}`;
    if (nested.type === 'array') return `array of ${avroOf(nested.items)}`;
    return nested.logicalType === undefined ? avroOf(nested.type) : `${avroOf(nested.type)} (${nested.logicalType})`;
  }
  return String(type);
}

function defaultOf(field: SchemaField): string {
  return 'default' in field ? `\`${JSON.stringify(field.default)}\`` : 'none: required';
}
