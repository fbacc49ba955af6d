/**
 * One setting: the environment variable, what it means, and how its text becomes a value.
 *
 * `parse` returns the value or throws a `SettingFault`, whose message says what is wrong and what to write instead; it never
 * repeats the value of a secret. `fallback` is the value when the variable is absent or empty.
 */
export interface Setting<Value> {
  env: string;
  doc: string;
  /** What may be written, in words for the reference page. */
  form: string;
  fallback: Value;
  secret: boolean;
  group: SettingGroup;
  parse: (text: string) => Value;
}

export const settingGroups = ['General', 'Gateway', 'Operators', 'Log', 'Warehouse', 'Worker', 'Counting'] as const;
export type SettingGroup = (typeof settingGroups)[number];

export class SettingFault extends Error {
  override readonly name = 'SettingFault';
}

/** What every setting needs; `secret` masks the value wherever the configuration is shown. */
interface Basics {
  env: string;
  group: SettingGroup;
  doc: string;
  secret?: boolean;
}

function setting<Value>(basics: Basics, form: string, fallback: Value, parse: (text: string) => Value): Setting<Value> {
  return { ...basics, secret: basics.secret ?? false, form, fallback, parse };
}

export function text<Fallback extends string | undefined>(
  basics: Basics,
  fallback: Fallback,
  rule?: { pattern: RegExp; form: string },
): Setting<string | Fallback> {
  return setting<string | Fallback>(basics, rule?.form ?? 'text', fallback, (given) => {
    if (rule !== undefined && !rule.pattern.test(given)) throw new SettingFault(`must be ${rule.form}`);
    return given;
  });
}

export function integer(basics: Basics, fallback: number, min: number, max: number): Setting<number> {
  const form = `whole number, ${min} to ${max}`;
  return setting(basics, form, fallback, (given) => {
    if (given.startsWith('tcp://')) {
      throw new SettingFault(
        'holds an address that Kubernetes set for a service of this name; set `enableServiceLinks: false` on the pod',
      );
    }
    const value = Number(given);
    if (!/^-?\d+$/.test(given) || value < min || value > max) throw new SettingFault(`must be a ${form}`);
    return value;
  });
}

const units: Record<string, number> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** A number of bytes; `512m` and the like are understood. */
export function bytes(basics: Basics, fallback: number, min: number, max: number): Setting<number> {
  const form = `bytes, such as 1048576 or 512m, from ${min} to ${max}`;
  return setting(basics, form, fallback, (given) => {
    const match = /^(\d+)([kmg]?)$/i.exec(given);
    const value = match === null ? NaN : Number(match[1]) * (units[match[2]!.toLowerCase()] ?? NaN);
    if (!(value >= min && value <= max)) throw new SettingFault(`must be ${form}`);
    return value;
  });
}

export function choice<Word extends string>(basics: Basics, fallback: Word, words: readonly Word[]): Setting<Word> {
  const form = words.join(' | ');
  return setting(basics, form, fallback, (given) => {
    const word = words.find((each) => each === given);
    if (word === undefined) throw new SettingFault(`must be one of: ${form}`);
    return word;
  });
}

export function flag(basics: Basics, fallback: boolean): Setting<boolean> {
  return setting(basics, 'true | false', fallback, (given) => {
    if (given !== 'true' && given !== 'false') throw new SettingFault('must be true or false');
    return given === 'true';
  });
}

export function list(
  basics: Basics,
  form: string,
  fallback: readonly string[],
  item: RegExp,
): Setting<readonly string[]> {
  return setting(basics, form, fallback, (given) => {
    const items = given
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== '');
    const wrong = items.find((each) => !item.test(each));
    if (wrong !== undefined) throw new SettingFault(`has the entry '${wrong}'; must be ${form}`);
    return items;
  });
}
