import type { MadeKey } from '../../lib/keys/keys.ts';
import { startEmbedded, type Running } from '../../services/embedded/embedded.ts';
import { serviceCommand } from './service.ts';

export const start = serviceCommand({
  name: 'start',
  role: 'embedded',
  about: 'Runs gateway, worker and control in this process.',
  start: async (config, logger, lifecycle) => welcome(await startEmbedded(config, logger, lifecycle)),
});

function welcome({ deviceUrl, operatorUrl, consoleUrl, firstKeys }: Running): string[] {
  const first = firstKeys.length > 0;
  const lines = [
    `Devices report to   ${deviceUrl}/v1/events`,
    `Operators look at   ${consoleUrl}${first ? '   (signs in once, within the hour)' : ''}`,
  ];
  return first ? [...lines, ...firstSteps(firstKeys, deviceUrl, operatorUrl)] : lines;
}

/** What somebody needs who has just started for the first time: the keys, a first event, and what it did. */
export function firstSteps(keys: MadeKey[], deviceUrl: string, operatorUrl: string): string[] {
  const text = (kind: string): string => keys.find(({ key }) => key.kind === kind)?.text ?? `<${kind} key>`;
  return [
    '',
    'These keys are shown once:',
    `  ingest key    ${text('ingest')}`,
    `  operator key  ${text('operator')}`,
    '',
    'A first event:',
    `  curl ${deviceUrl}/v1/events -H 'authorization: Bearer ${text('ingest')}' \\`,
    `    -d '{"app_id":"com.example.app","device_id":"phone-1","kind":"install_completed","release":"1.0.1"}'`,
    'What it did:',
    `  curl ${operatorUrl}/v1/apps/com.example.app/releases -H 'authorization: Bearer ${text('operator')}'`,
  ];
}
