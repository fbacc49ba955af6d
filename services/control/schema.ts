/**
 * JSON Schema (2020-12) of requests and answers, carrying the TypeScript type of the value it describes, so that a handler
 * cannot answer anything else than the documented shape.
 */
declare const value: unique symbol;

export interface Schema<Value> {
  readonly [keyword: string]: unknown;
  readonly [value]?: Value;
}

/** A parameter that has a value even when the request leaves it out. */
export interface Defaulted<Value> extends Schema<Value> {
  readonly default: Value;
}

/** The value that a schema describes. */
export type Json<S> = S extends Schema<infer Value> ? Value : never;

type Properties = Readonly<Record<string, Schema<unknown>>>;
type Values<P> = { [Name in keyof P]: Json<P[Name]> };
type Given<P> = { [Name in keyof P]: P[Name] extends Defaulted<infer Value> ? Value : Json<P[Name]> | undefined };

export function text(description: string, rules: { maxLength?: number; pattern?: string } = {}): Schema<string> {
  return { type: 'string', description, ...rules };
}

export function word<const Word extends string>(words: readonly Word[], description: string): Schema<Word> {
  return { type: 'string', enum: words, description };
}

/** RFC 3339 in UTC, with milliseconds. */
export function time(description: string): Schema<string> {
  return { type: 'string', format: 'date-time', description };
}

export function count(description: string, rules: { minimum?: number; maximum?: number } = {}): Schema<number> {
  return { type: 'integer', minimum: 0, description, ...rules };
}

/** Also fractions and negative numbers. */
export function number(description: string): Schema<number> {
  return { type: 'number', description };
}

export function flag(description: string): Schema<boolean> {
  return { type: 'boolean', description };
}

export function list<Item>(
  items: Schema<Item>,
  description: string,
  rules: { maxItems?: number } = {},
): Schema<Item[]> {
  return { type: 'array', items, description, ...rules };
}

export function map<Item>(items: Schema<Item>, description: string): Schema<Record<string, Item>> {
  return { type: 'object', additionalProperties: items, description };
}

/** Every property is always there, and no other. */
export function object<P extends Properties>(properties: P, description?: string): Schema<Values<P>> {
  return {
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
    ...(description === undefined ? {} : { description }),
  };
}

/** What a request may hold: nothing but these properties, of which only `required` must be there. */
export function given<P extends Properties, Name extends keyof P & string = never>(
  properties: P,
  required: readonly Name[] = [],
): Schema<Given<Omit<P, Name>> & Values<Pick<P, Name>>> {
  return {
    type: 'object',
    properties,
    additionalProperties: false,
    ...(required.length === 0 ? {} : { required }),
  };
}

export function withDefault<Value>(schema: Schema<Value>, fallback: NoInfer<Value>): Defaulted<Value> {
  return { ...schema, default: fallback };
}

export function nullable<Value>(schema: Schema<Value>): Schema<Value | null> {
  const words = Array.isArray(schema.enum) ? { enum: [...(schema.enum as unknown[]), null] } : {};
  return { ...schema, type: [schema.type, 'null'], ...words };
}

/** A schema with a name of its own in the OpenAPI document. */
export interface Named<Value> extends Schema<Value> {
  readonly $id: string;
}

export function named<Value>($id: string, schema: Schema<Value>): Named<Value> {
  return { ...schema, $id };
}

/** Points at a named schema instead of repeating it. */
export function ref<Value>(schema: Named<Value>): Schema<Value> {
  return { $ref: `${schema.$id}#` };
}
