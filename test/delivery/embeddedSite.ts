import { join } from 'node:path';
import { openWarehouse } from '../../lib/warehouse/open.ts';
import type { Warehouse } from '../../lib/warehouse/warehouse.ts';
import { freePort } from '../freePort.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { getJson, Processes } from './processes.ts';
import { startService } from './service.ts';
import { ingestKey, operatorKey, type Site } from './site.ts';

/** Everything in one process. */
export async function createEmbeddedSite(settings: Record<string, string>): Promise<Site> {
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
    ROLLGUARD_LOG_PARTITIONS: '2',
    ROLLGUARD_BLOCK_ROWS: '2000',
    ROLLGUARD_BLOCK_MS: '100',
    ...settings,
  };
  const processes = new Processes();
  const stops: (() => void)[] = [];
  const newest = () => processes.all.slice(-1);

  async function inEngine<Result>(work: (warehouse: Warehouse) => Promise<Result>): Promise<Result> {
    const warehouse = await openWarehouse({ kind: 'embedded', dir: join(dataDir, 'warehouse') });
    try {
      return await work(warehouse);
    } finally {
      await warehouse.close();
    }
  }

  const site: Site = {
    mode: 'embedded',
    deviceUrl,
    operatorUrl,
    spoolDir: join(dataDir, 'spool', 'events'),
    brokers: '',
    async start() {
      site.run('gateway');
      await site.ready();
    },
    async ready() {
      for (const url of [deviceUrl, operatorUrl]) await processes.answers(`${url}/readyz`, newest);
    },
    run: (_part, crashAt) =>
      processes.add(
        startService('start', ['start'], crashAt === undefined ? env : { ...env, ROLLGUARD_CRASH_AT: crashAt }),
      ),
    command: (args) => processes.add(startService(args[0]!, args, env)),
    current: () => processes.all.at(-1)!,
    kill: () => processes.kill(),
    sql: (statement) => inEngine((warehouse) => warehouse.command(statement)),
    rows: <Row>(query: string) => inEngine((warehouse) => warehouse.query<Row>(query)),
    withoutBroker: () => Promise.reject(new Error('there is no broker')),
    get: (path) => getJson(operatorUrl + path, operatorKey),
    output: () => processes.output(),
    stop: () => processes.stop(),
    onClose: (stop) => void stops.push(stop),
    async close() {
      for (const stop of stops) stop();
      await processes.kill();
      await folder.remove();
    },
  };
  return site;
}
