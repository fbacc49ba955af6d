import type { Phone } from './population.ts';
import type { Random } from './random.ts';
import { failureMix } from './stories.ts';
import type { Failure } from './stories.ts';

/**
 * A fault put into the fleet: of the phones in the segment that begin an update in the window, `rate` fail with `code`.
 * Empty segment fields match every phone; `os` matches a whole version or its major part.
 */
export interface Fault {
  rate: number;
  failure: Failure;
  /** Window since the run's begin, ms. */
  afterMs: number;
  untilMs: number;
  release: string;
  platform: string;
  os: string;
  abi: string;
  model: string;
  country: string;
  network: string;
  appVersion: string;
}

const segmentWords = {
  release: 'release',
  platform: 'platform',
  os: 'os',
  abi: 'abi',
  model: 'model',
  country: 'country',
  network: 'network',
  app_version: 'appVersion',
} as const;
const kindWords = ['download_failed', 'install_failed', 'rolled_back'] as const;

export class FaultSyntaxError extends Error {
  override readonly name = 'FaultSyntaxError';
}

/**
 * Reads `platform=android,os=9,rate=0.4,code=checksum_failed,after=30s`. Also known: release, abi, model, country, network,
 * app_version, kind, until. Throws a FaultSyntaxError that names the word and what may stand there.
 */
export function parseFault(text: string): Fault {
  const words: Record<string, string> = {};
  for (const part of text.split(',')) {
    const [name = '', value] = part.split('=').map((each) => each.trim());
    if (value === undefined || value === '') throw new FaultSyntaxError(`'${part}' must be <name>=<value>`);
    words[name] = value;
  }
  const { rate = '1', code = 'download_failed', kind, after = '0s', until, ...segment } = words;
  const share = Number(rate);
  if (!(share > 0 && share <= 1)) throw new FaultSyntaxError(`rate=${rate} must be above 0 and at most 1`);
  const known = failureMix.find((each) => each.code === code)?.kind ?? 'download_failed';
  const chosen = kind === undefined ? known : kindWords.find((word) => word === kind);
  if (chosen === undefined) throw new FaultSyntaxError(`kind=${kind} must be one of: ${kindWords.join(', ')}`);
  const fault: Fault = {
    rate: share,
    failure: { code, kind: chosen, share: 0 },
    afterMs: parseDuration(after),
    untilMs: until === undefined ? Infinity : parseDuration(until),
    release: '',
    platform: '',
    os: '',
    abi: '',
    model: '',
    country: '',
    network: '',
    appVersion: '',
  };
  for (const [name, value] of Object.entries(segment)) {
    const field = Object.entries(segmentWords).find(([word]) => word === name)?.[1];
    if (field === undefined) {
      const all = [...Object.keys(segmentWords), 'rate', 'code', 'kind', 'after', 'until'];
      throw new FaultSyntaxError(`'${name}' is not known; known are: ${all.join(', ')}`);
    }
    fault[field] = value;
  }
  return fault;
}

/** Milliseconds of `500ms`, `30s`, `5m`, `2h`; a bare number is seconds. */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  if (match === null) throw new FaultSyntaxError(`'${text}' must be a time such as 500ms, 30s, 5m or 2h`);
  const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match[2] ?? 's'] ?? 1000;
  return Number(match[1]) * unit;
}

/** The failure that a fault brings on this phone's update, if any does. */
export function strike(
  faults: readonly Fault[],
  phone: Phone,
  release: string,
  beginMs: number,
  random: Random,
): Failure | undefined {
  const matches = (wanted: string, actual: string): boolean => wanted === '' || wanted === actual;
  return faults.find(
    (fault) =>
      beginMs >= fault.afterMs &&
      beginMs < fault.untilMs &&
      matches(fault.release, release) &&
      matches(fault.platform, phone.platform) &&
      (matches(fault.os, phone.osVersion) || phone.osVersion.startsWith(`${fault.os}.`)) &&
      matches(fault.abi, phone.abi) &&
      matches(fault.model, phone.model) &&
      matches(fault.country, phone.country) &&
      matches(fault.network, phone.network) &&
      matches(fault.appVersion, phone.appVersion) &&
      random.chance(fault.rate),
  )?.failure;
}
