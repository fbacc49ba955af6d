import type { Config } from '../../lib/runtime/config/settings.ts';

export interface ControlConfig {
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** Host names, without port, that the Host header may name besides the loopback's. */
  allowedHosts: string[];
  confirmSeconds: number;
  silenceSeconds: number;
  /** How long after its enrolment a device's hard failure is harm. */
  outcomeWindowSeconds: number;
}

/** What the operator API takes from the settings. */
export function controlConfig(config: Config): ControlConfig {
  return {
    host: config.controlHost,
    port: config.controlPort,
    allowedHosts: [...config.allowedHosts],
    confirmSeconds: config.confirmSeconds,
    silenceSeconds: config.silenceSeconds,
    outcomeWindowSeconds: config.outcomeWindowSeconds,
  };
}
