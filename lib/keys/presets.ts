import type { Config } from '../runtime/config/settings.ts';
import type { PresetKey } from './keyRing.ts';

/** The keys that stand in the configuration. */
export function presetKeys({ ingestKey, operatorKey }: Pick<Config, 'ingestKey' | 'operatorKey'>): PresetKey[] {
  const presets: PresetKey[] = [];
  if (ingestKey !== undefined) presets.push({ kind: 'ingest', text: ingestKey });
  if (operatorKey !== undefined) presets.push({ kind: 'operator', text: operatorKey });
  return presets;
}
