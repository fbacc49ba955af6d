import { createApp } from './app.ts';
import type { ControlOptions } from './options.ts';

/** The OpenAPI document as text, without a log or a warehouse: no handler runs, so nothing that they work with is needed. */
export async function openapiDocument(): Promise<string> {
  const app = createApp({ config: { allowedHosts: [] as string[] } } as ControlOptions);
  await app.ready();
  const document = app.swagger();
  await app.close();
  return `${JSON.stringify(document, null, 2)}\n`;
}
