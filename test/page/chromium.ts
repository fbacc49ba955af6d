import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const executablePath = '/usr/bin/chromium';

/** Why no browser can be started here, or nothing. In CI it is always asked for, so that its absence fails there. */
export function chromiumMissing(): string | undefined {
  if (process.env.CI === 'true' || existsSync(executablePath)) return undefined;
  return `no ${executablePath}: apt-get install chromium`;
}

export function startChromium(): Promise<Browser> {
  // Chromium refuses its sandbox to root.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath, args });
}
