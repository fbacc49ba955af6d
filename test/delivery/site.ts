import { join } from 'node:path';
import { freePort } from '../freePort.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { waitFor } from '../waitFor.ts';
import { startService, type Service } from './service.ts';

export const ingestKey = 'rgi_delivery_test_0123456789abcdef';
export const operatorKey = 'rgo_delivery_test_0123456789abcdef';

/** A whole embedded installation whose process can be killed and started again on the same data. */
export interface Site {
  readonly deviceUrl: string;
  readonly operatorUrl: string;
  /** Folder of the engine's data; only while the process is down. */
  readonly warehouseDir: string;
  /** Starts the process. `crashAt` names a crash point, and after a colon the passage at which it dies. */
  start(crashAt?: string): Service;
  /** The process started last. */
  current(): Service;
  ready(): Promise<void>;
  /** A JSON answer of the operator API. Throws on any other status than 200. */
  get<T>(path: string): Promise<T>;
  /** All that the processes have written. */
  output(): string;
  close(): Promise<void>;
}

const startMs = 60_000;

export async function createSite(settings: Record<string, string> = {}): Promise<Site> {
  const folder = await temporaryFolder();
  const [port, controlPort] = [await freePort(), await freePort()];
  const dataDir = join(folder.path, 'data');
  const deviceUrl = `http://127.0.0.1:${port}`;
  const operatorUrl = `http://127.0.0.1:${controlPort}`;
  const env = {
    ROLLGUARD_DATA_DIR: dataDir,
    ROLLGUARD_HOST: '127.0.0.1',
    ROLLGUARD_PORT: String(port),
    ROLLGUARD_CONTROL_PORT: String(controlPort),
    ROLLGUARD_INGEST_KEY: ingestKey,
    ROLLGUARD_OPERATOR_KEY: operatorKey,
    // The fleet's phones have addresses of their own, told by the header that a proxy would set.
    ROLLGUARD_TRUSTED_PROXIES: '127.0.0.1/32',
    ROLLGUARD_BLOCK_ROWS: '2000',
    ROLLGUARD_BLOCK_MS: '100',
    ...settings,
  };
  const services: Service[] = [];
  const site: Site = {
    deviceUrl,
    operatorUrl,
    warehouseDir: join(dataDir, 'warehouse'),
    start(crashAt) {
      const service = startService(
        'start',
        ['start'],
        crashAt === undefined ? env : { ...env, ROLLGUARD_CRASH_AT: crashAt },
      );
      services.push(service);
      return service;
    },
    current: () => services.at(-1)!,
    async ready() {
      for (const url of [`${deviceUrl}/readyz`, `${operatorUrl}/readyz`]) {
        const answers = async (): Promise<boolean> => {
          const service = services.at(-1)!;
          if (!service.running()) throw new Error(`the process has ended:\n${service.output().slice(-3000)}`);
          return fetch(url).then(
            (answer) => answer.ok,
            () => false,
          );
        };
        await waitFor(answers, { timeoutMs: startMs, what: url });
      }
    },
    async get<T>(path: string) {
      const answer = await fetch(operatorUrl + path, { headers: { authorization: `Bearer ${operatorKey}` } });
      const text = await answer.text();
      if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${text}`);
      return JSON.parse(text) as T;
    },
    output: () => services.map((service) => service.output()).join('\n'),
    async close() {
      await Promise.all(services.map((service) => service.kill()));
      await folder.remove();
    },
  };
  return site;
}
