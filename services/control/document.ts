import { createApp } from './app.ts';
import type { ControlOptions } from './options.ts';
import { createSessions } from './session.ts';

/** The OpenAPI document as text, without a log or a warehouse: no handler runs, so nothing that they work with is needed. */
export async function openapiDocument(): Promise<string> {
  const options = { config: { allowedHosts: [] as string[] } } as ControlOptions;
  const app = createApp(options, createSessions(options));
  await app.ready();
  const document = app.swagger();
  await app.close();
  return `${JSON.stringify(document, null, 2)}\n`;
}
