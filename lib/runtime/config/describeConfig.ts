import type { Setting } from './setting.ts';
import { settings } from './settings.ts';
import type { Config } from './settings.ts';

/** The configuration as lines of `NAME=value`, secrets masked, for `--check-config`. Settings left at their default say so. */
export function describeConfig(config: Config): string[] {
  return (Object.entries(settings) as [keyof Config, Setting<unknown>][]).map(([name, setting]) => {
    const value = config[name];
    const shown = value === undefined ? '' : setting.secret ? '********' : String(value);
    const origin = sameAs(value, setting.fallback) ? '  (default)' : '';
    return `${setting.env}=${shown}${origin}`;
  });
}

function sameAs(left: unknown, right: unknown): boolean {
  return left === right || (Array.isArray(left) && Array.isArray(right) && left.join() === right.join());
}
