/**
 * One option of a command: how its text becomes a value, and its line of help. Without a `form` it takes no value.
 * `parse` throws an Error whose message says what must stand there.
 */
export interface Option<Value> {
  form?: string;
  help: string;
  fallback: Value;
  /** `before`: the value so far, for options that may be repeated. */
  parse(text: string, before: Value | undefined): Value;
}

type Options = Record<string, Option<unknown>>;
type Values<O extends Options> = { [Name in keyof O]: O[Name] extends Option<infer Value> ? Value : never };

/** Everything that is wrong with a command line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export function flag(help: string): Option<boolean> {
  return { help, fallback: false, parse: () => true };
}

export function text<Fallback extends string | undefined>(
  form: string,
  help: string,
  fallback: Fallback,
): Option<string | Fallback> {
  return { form, help, fallback, parse: (given) => given };
}

export function number<Fallback extends number | undefined>(
  form: string,
  help: string,
  fallback: Fallback,
  range: { min: number; max: number; whole?: boolean },
): Option<number | Fallback> {
  const { min, max, whole = true } = range;
  return {
    form,
    help,
    fallback,
    parse(given) {
      const value = /^\d+(\.\d+)?$/.test(given) ? Number(given) : NaN;
      if (value >= min && value <= max && (!whole || Number.isInteger(value))) return value;
      throw new Error(`must be a ${whole ? 'whole number' : 'number'} from ${min} to ${max}`);
    },
  };
}

export function httpUrl<Fallback extends string | undefined>(
  help: string,
  fallback: Fallback,
): Option<string | Fallback> {
  const parse = (given: string): string => {
    if (/^https?:$/.test(URL.canParse(given) ? new URL(given).protocol : '')) return given.replace(/\/+$/, '');
    throw new Error('must be a URL such as http://127.0.0.1:8080');
  };
  return { form: 'URL', help, fallback, parse };
}

/** May be given several times; the values come in that order, instead of the fallback. */
export function repeated<Value>(
  form: string,
  help: string,
  fallback: readonly Value[],
  parse: (text: string) => Value,
): Option<readonly Value[]> {
  return { form, help, fallback, parse: (given, before = []) => [...before, parse(given)] };
}

/**
 * Reads `--name value` and `--name=value`. Throws a UsageError with every fault at once, those included that `between` finds
 * between the values (a wrong one shows as its fallback there).
 */
export function readOptions<O extends Options>(
  args: readonly string[],
  options: O,
  between: (values: Values<O>) => string[] = () => [],
): Values<O> {
  const given = new Map<string, unknown>();
  const faults: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at]!;
    const [, name = '', glued] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    if (option === undefined) {
      faults.push(name === '' ? `'${word}' is not understood` : `--${name} is not an option`);
      continue;
    }
    const next = args[at + 1];
    const takesNext = option.form !== undefined && glued === undefined && next !== undefined && !next.startsWith('--');
    if (takesNext) at += 1;
    const value = glued ?? (takesNext ? next : undefined);
    if (option.form === undefined && glued !== undefined) faults.push(`--${name} takes no value`);
    else if (option.form !== undefined && value === undefined) faults.push(`--${name} needs a value: ${option.form}`);
    else {
      try {
        given.set(name, option.parse(value ?? '', given.get(name)));
      } catch (error) {
        faults.push(`--${name} ${value}: ${error instanceof Error ? error.message : 'is wrong'}`);
      }
    }
  }
  const values = Object.fromEntries(
    Object.entries(options).map(([name, { fallback }]) => [name, given.has(name) ? given.get(name) : fallback]),
  ) as Values<O>;
  faults.push(...between(values));
  if (faults.length > 0) throw new UsageError(faults.join('\n'));
  return values;
}

/** The options as lines of a help text, with their defaults. */
export function describeOptions(options: Options): string {
  const heads = Object.entries(options).map(([name, { form }]) => `--${name}${form === undefined ? '' : ` ${form}`}`);
  const width = Math.max(...heads.map((head) => head.length));
  return Object.values(options)
    .map(({ help, fallback }, at) => {
      const shown = typeof fallback === 'string' || typeof fallback === 'number' ? ` (${fallback})` : '';
      return `  ${heads[at]!.padEnd(width)}  ${help}${shown}`;
    })
    .join('\n');
}
