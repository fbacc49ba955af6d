import { parseFault } from './fault.ts';
import type { RunOptions } from './fleet.ts';

/** What happens in the demo, for those who tell of it. */
export const demoStory = {
  app: 'com.example.shop',
  healthy: '2.4.0',
  broken: '2.4.1',
  segment: 'Android 13',
  code: 'checksum_failed',
  afterSeconds: 25,
} as const;

/**
 * Two releases side by side, in real time and without an end, each phone with one of them. The published share of failing
 * updates is that of all apps there are; a well-kept one has a small part of it.
 */
export function demoFleet(url: string, key: string, seed: number, devicesPerSecond: number): RunOptions {
  const { app, healthy, broken, code, afterSeconds } = demoStory;
  return {
    url,
    key,
    seed,
    appId: app,
    channel: 'production',
    baseRelease: '2.3.9',
    releases: [
      { name: healthy, share: 0.5 },
      { name: broken, share: 0.5, channel: 'beta', fromMs: 3000 },
    ],
    split: true,
    faults: [parseFault(`release=${broken},platform=android,os=13,rate=0.8,code=${code},after=${afterSeconds}s`)],
    failureScale: 0.06,
    devices: Infinity,
    spacingMs: 1000 / devicesPerSecond,
    concurrency: 64,
    paced: true,
  };
}
