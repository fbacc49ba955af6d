import type { Random } from './random.ts';

/** One phone of the fleet, as it is for the whole of the run. */
export interface Phone {
  number: number;
  deviceId: string;
  /** An address in a /24 of its own, sent as `X-Forwarded-For`. */
  address: string;
  platform: 'android' | 'ios';
  osVersion: string;
  abi: string;
  model: string;
  appVersion: string;
  country: string;
  network: string;
  isProduction: boolean;
  isEmulator: boolean;
}

/** Share of devices of a country whose update succeeds: the figures an update service has published; ZZ is all the rest. */
const countries = [
  { name: 'US', weight: 26, success: 0.779 },
  { name: 'KR', weight: 8, success: 0.91 },
  { name: 'JP', weight: 10, success: 0.907 },
  { name: 'FR', weight: 10, success: 0.583 },
  { name: 'MX', weight: 12, success: 0.424 },
  { name: 'RU', weight: 8, success: 0.37 },
  { name: 'ZZ', weight: 26, success: 0.676 },
] as const;

const androidVersions = [
  { name: '9', weight: 8 },
  { name: '10', weight: 12 },
  { name: '11', weight: 14 },
  { name: '12', weight: 14 },
  { name: '13', weight: 18 },
  { name: '14', weight: 20 },
  { name: '15', weight: 14 },
];
const iosVersions = [
  { name: '15.8', weight: 8 },
  { name: '16.7', weight: 18 },
  { name: '17.6', weight: 34 },
  { name: '18.5', weight: 40 },
];
const androidModels = ['SM-A536B', 'SM-S918B', 'Pixel 8', 'Redmi Note 12', 'CPH2385', 'moto g54'];
const iosModels = ['iPhone13,2', 'iPhone14,5', 'iPhone15,3', 'iPhone16,1'];

const weightOf = (item: { weight: number }): number => item.weight;
const evenly = (): number => 1;

/** Probability that an update succeeds on a phone of this country. */
export function successIn(country: string): number {
  return countries.find((each) => each.name === country)?.success ?? 0.676;
}

export function createPhone(number: number, random: Random): Phone {
  const android = random.chance(0.62);
  const octet = (shift: number): number => (number >>> shift) & 255;
  return {
    number,
    deviceId: random.uuid(),
    address: `${11 + (octet(16) % 80)}.${octet(8)}.${octet(0)}.${random.integer(1, 254)}`,
    platform: android ? 'android' : 'ios',
    osVersion: random.pick(android ? androidVersions : iosVersions, weightOf).name,
    abi: android ? (random.chance(0.87) ? 'arm64-v8a' : 'armeabi-v7a') : 'arm64',
    model: random.pick(android ? androidModels : iosModels, evenly),
    appVersion: random.chance(0.8) ? '7.2.0' : '7.1.3',
    country: random.pick(countries, weightOf).name,
    network: random.chance(0.64) ? 'wifi' : 'cellular',
    isProduction: !random.chance(0.02),
    isEmulator: random.chance(0.015),
  };
}
