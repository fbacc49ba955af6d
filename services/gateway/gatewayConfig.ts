import type { Config } from '../../lib/runtime/config/settings.ts';

/** What the gateway can be told; every value has a default in `gatewayDefaults`, and 0 switches a limit off. */
export interface GatewayConfig {
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** Key of the hash that stands for a sender's network; the same on every gateway. */
  secret: string;
  /** Addresses or CIDR ranges whose `X-Forwarded-For` is believed. */
  trustedProxies: string[];
  /** Largest body, before and after decompression. */
  maxBodyBytes: number;
  maxBatchEvents: number;
  keyEventsPerSecond: number;
  keyBurst: number;
  networkEventsPerSecond: number;
  networkBurst: number;
  deviceEventsPerSecond: number;
  deviceBurst: number;
  /** Different apps, and different releases, that one key may name in a day (UTC). */
  maxAppsPerKey: number;
  maxReleasesPerKey: number;
  /** Folder of the spool; with `spoolBytes` 0 there is none. */
  spoolDir: string;
  spoolBytes: number;
  /** Bytes of events that may wait for their durability; above it a request is answered 503. */
  maxInflightBytes: number;
  /** How long an append may take before its events go to the spool instead, ms. */
  appendTimeoutMs: number;
  /** What a client is told to wait after a 503, seconds. */
  retryAfterSeconds: number;
}

export const gatewayDefaults = {
  host: '0.0.0.0',
  port: 8080,
  trustedProxies: [],
  // 200 Capgo events with long page errors come to about 1 MB, and a refused batch is lost on the device.
  maxBodyBytes: 2 * 1024 * 1024,
  maxBatchEvents: 500,
  keyEventsPerSecond: 20_000,
  keyBurst: 200_000,
  networkEventsPerSecond: 2_000,
  networkBurst: 20_000,
  deviceEventsPerSecond: 10,
  deviceBurst: 600,
  maxAppsPerKey: 50,
  maxReleasesPerKey: 1_000,
  spoolBytes: 1024 * 1024 * 1024,
  maxInflightBytes: 64 * 1024 * 1024,
  appendTimeoutMs: 5_000,
  retryAfterSeconds: 5,
} satisfies Partial<GatewayConfig>;

/** How many seconds of its rate a key or network may use at once: phones come back online together. */
const burstSeconds = 10;

/** What the environment says, and the defaults for what it cannot say. `spoolDir` is not touched when there is no spool. */
export function gatewayConfig(config: Config, own: { secret: string; spoolDir: string }): GatewayConfig {
  return {
    ...gatewayDefaults,
    ...own,
    host: config.host,
    port: config.port,
    trustedProxies: [...config.trustedProxies],
    maxBodyBytes: config.maxBodyBytes,
    maxBatchEvents: config.maxBatchEvents,
    keyEventsPerSecond: config.keyEventsPerSecond,
    keyBurst: config.keyEventsPerSecond * burstSeconds,
    networkEventsPerSecond: config.networkEventsPerSecond,
    networkBurst: config.networkEventsPerSecond * burstSeconds,
    deviceEventsPerSecond: config.deviceEventsPerMinute / 60,
    deviceBurst: config.deviceEventsPerMinute,
    maxAppsPerKey: config.maxAppsPerKey,
    maxReleasesPerKey: config.maxReleasesPerKey,
    spoolBytes: config.spoolBytes,
  };
}
