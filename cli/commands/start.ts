import { parseArgs } from 'node:util';
import { readConfig } from '../../lib/runtime/config/readConfig.ts';
import { environment } from '../../lib/runtime/config/environment.ts';
import { runProcess } from '../../lib/runtime/lifecycle.ts';
import { createLogger } from '../../lib/runtime/logger.ts';
import { startEmbedded, type Running } from '../../services/embedded/embedded.ts';

const help = `rollguard start [--check-config]

Runs gateway, worker and control in this process. Settings come from the environment, see docs/reference/configuration.md.`;

export async function start(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { help: { type: 'boolean' }, 'check-config': { type: 'boolean' } } });
  if (values.help === true) {
    console.log(help);
    return 0;
  }
  const { config, warnings } = readConfig(environment(), 'embedded');
  for (const warning of warnings) console.error(warning);
  if (values['check-config'] === true) {
    console.log('The configuration is good.');
    return 0;
  }
  const logger = createLogger(config.logLevel, 'embedded');
  const options = { logger, shutdownMs: config.shutdownSeconds * 1000, signals: process };
  return runProcess(async (lifecycle) => {
    tell(await startEmbedded(config, logger, lifecycle));
  }, options);
}

/** To the terminal and not to the log: keys stand in it. */
function tell({ deviceUrl, operatorUrl, firstKeys }: Running): void {
  console.log(`Devices report to   ${deviceUrl}/v1/events`);
  console.log(`Operators ask       ${operatorUrl}/v1/apps`);
  const text = (kind: string): string | undefined => firstKeys.find(({ key }) => key.kind === kind)?.text;
  const [ingest, operator] = [text('ingest'), text('operator')];
  if (ingest === undefined || operator === undefined) return;
  console.log(`
These keys are shown once:
  ingest key    ${ingest}
  operator key  ${operator}

A first event:
  curl ${deviceUrl}/v1/events -H 'authorization: Bearer ${ingest}' \\
    -d '{"app_id":"com.example.app","device_id":"phone-1","kind":"install_completed","release":"1.0.1"}'
What it did:
  curl ${operatorUrl}/v1/apps/com.example.app/releases -H 'authorization: Bearer ${operator}'`);
}
