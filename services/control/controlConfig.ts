import type { Config } from '../../lib/runtime/config/settings.ts';

export interface ControlConfig {
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** Host names, without port, that the Host header may name besides the loopback's. */
  allowedHosts: string[];
  confirmSeconds: number;
  silenceSeconds: number;
}

export function controlConfig(config: Config): ControlConfig {
  const { controlHost, controlPort, allowedHosts, confirmSeconds, silenceSeconds } = config;
  return { host: controlHost, port: controlPort, allowedHosts: [...allowedHosts], confirmSeconds, silenceSeconds };
}
