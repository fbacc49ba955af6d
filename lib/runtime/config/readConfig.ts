import { RollguardError } from '../errors.ts';
import { SettingFault } from './setting.ts';
import type { Setting } from './setting.ts';
import { settings } from './settings.ts';
import type { Config } from './settings.ts';

/**
 * What is about to run: a lone service needs the servers that embedded mode carries in itself; a `client` is a command that
 * asks the operator API of a running process.
 */
export type Role = 'embedded' | 'gateway' | 'worker' | 'control' | 'migrate' | 'client';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ReadConfig {
  config: Config;
  /** Lines worth telling that stop nothing: unknown names, presets that widen access. */
  warnings: string[];
}

/**
 * The configuration of one process from its environment.
 * Throws `config_invalid` with every fault in the message, one a line, each with what to write instead.
 */
export function readConfig(env: Environment, role: Role): ReadConfig {
  const faults: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(settings) as [string, Setting<unknown>][]) {
    const given = env[setting.env];
    values[name] = setting.fallback;
    if (given === undefined || given === '') continue;
    try {
      values[name] = setting.parse(given);
    } catch (error) {
      if (!(error instanceof SettingFault)) throw error;
      const shown = setting.secret ? '' : `='${given}'`;
      faults.push(`${setting.env}${shown} ${error.message}.`);
    }
  }
  const config = values as Config;
  faults.push(...missing(config, role, env));
  if (faults.length > 0) {
    const intro =
      faults.length === 1 ? 'The configuration has a fault:' : `The configuration has ${faults.length} faults:`;
    throw new RollguardError('config_invalid', [intro, ...faults.map((fault) => `  - ${fault}`)].join('\n'));
  }
  return { config, warnings: warningsOf(config, env) };
}

/** Faults that lie between settings. A variable that was given but wrong has had its line already. */
function missing(config: Config, role: Role, env: Environment): string[] {
  const faults: string[] = [];
  const need = (name: keyof Config, why: string): void => {
    const given = env[settings[name].env];
    const value = config[name];
    const absent = value === undefined || (Array.isArray(value) && value.length === 0);
    if (absent && (given === undefined || given === '')) faults.push(`${settings[name].env} is missing: ${why}.`);
  };
  if (role === 'client') return faults;
  if (role !== 'embedded') {
    need(
      'kafkaBrokers',
      `\`rollguard ${role}\` shares its log with other processes, so name the Kafka brokers, or run everything in one process with \`rollguard start\``,
    );
  }
  if (role === 'worker' || role === 'control' || role === 'migrate') {
    need('clickhouseUrl', 'a service of its own needs a ClickHouse server, such as http://clickhouse:8123');
  }
  if (role === 'gateway') {
    need('secret', 'every gateway needs the same one; make it with `openssl rand -hex 32`');
  }
  if (config.kafkaUser !== undefined) need('kafkaPassword', 'ROLLGUARD_KAFKA_USER is set');
  if (config.port !== 0 && config.port === config.controlPort && role === 'embedded') {
    faults.push(`ROLLGUARD_PORT and ROLLGUARD_CONTROL_PORT are both ${config.port}; give one of them another port.`);
  }
  return faults;
}

function warningsOf(config: Config, env: Environment): string[] {
  const known = new Set<string>(Object.values(settings).map((setting) => setting.env));
  const warnings = Object.keys(env)
    .filter((name) => name.startsWith('ROLLGUARD_') && !name.startsWith('ROLLGUARD_TEST_') && !known.has(name))
    .map((name) => `${name} is not a setting of this version and is ignored.`);
  if (config.ingestKey !== undefined) {
    warnings.push(
      'ROLLGUARD_INGEST_KEY may write for every app; keys made by `rollguard keys create` are bound to one.',
    );
  }
  return warnings;
}
