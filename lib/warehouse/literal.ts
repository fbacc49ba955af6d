/** A string literal of ClickHouse's SQL. The one place where a value becomes SQL text; only a quote and a backslash can end one. */
export function quote(value: string): string {
  return `'${value.replace(/[\\']/g, (character) => `\\${character}`)}'`;
}

const name = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** The same rule as a condition on `system.tables`: what somebody else keeps in our database under other names is theirs. */
export const plainName = `match(name, '^[A-Za-z_][A-Za-z0-9_]*$')`;

/** An identifier, refused unless it is plain: names are ours, never a user's. */
export function identifier(value: string): string {
  if (!name.test(value)) throw new TypeError(`Not a plain SQL name: ${JSON.stringify(value)}`);
  return value;
}
