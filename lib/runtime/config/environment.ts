import type { Environment } from './readConfig.ts';

/** The environment of this process; read nowhere else. */
export function environment(): Environment {
  return process.env;
}
