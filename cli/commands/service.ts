import { describeConfig } from '../../lib/runtime/config/describeConfig.ts';
import { environment } from '../../lib/runtime/config/environment.ts';
import { readConfig, type Role } from '../../lib/runtime/config/readConfig.ts';
import type { Config } from '../../lib/runtime/config/settings.ts';
import { runProcess, type Lifecycle } from '../../lib/runtime/lifecycle.ts';
import { createLogger, type Logger } from '../../lib/runtime/logger.ts';
import { describeOptions, flag, readOptions } from '../options.ts';
import { endingSignals } from '../signals.ts';

export interface ServiceCommand {
  name: string;
  role: Role;
  /** What it does, in a sentence. */
  about: string;
  /** Starts it; the lines go to the terminal and not to the log, for keys may stand in them. */
  start: (config: Config, logger: Logger, lifecycle: Lifecycle) => Promise<string[]>;
}

const options = {
  'check-config': flag('prints the settings in force, secrets masked, and ends'),
  help: flag('this text'),
};

/** A command that runs until it is told to stop. Its settings come from the environment alone. */
export function serviceCommand({ name, role, about, start }: ServiceCommand): (args: string[]) => Promise<number> {
  const help = `rollguard ${name} [options]

${about} Settings come from the environment, see docs/reference/configuration.md.

${describeOptions(options)}`;

  return (args) => {
    const values = readOptions(args, options);
    if (values.help) {
      console.log(help);
      return Promise.resolve(0);
    }
    const { config, warnings } = readConfig(environment(), role);
    for (const warning of warnings) console.error(warning);
    if (values['check-config']) {
      console.log([...describeConfig(config), 'The configuration is good.'].join('\n'));
      return Promise.resolve(0);
    }
    const logger = createLogger(config.logLevel, name);
    const shutdownMs = config.shutdownSeconds * 1000;
    return runProcess(
      async (lifecycle) => {
        for (const line of await start(config, logger, lifecycle)) console.log(line);
      },
      { logger, shutdownMs, signals: endingSignals(process) },
    );
  };
}
