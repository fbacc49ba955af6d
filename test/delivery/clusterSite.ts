import { join } from 'node:path';
import { openWarehouse } from '../../lib/warehouse/open.ts';
import { startBroker } from '../broker.ts';
import { startClickhouseFront } from '../clickhouseFront.ts';
import { freePort } from '../freePort.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { getJson, Processes } from './processes.ts';
import { startService, type Service } from './service.ts';
import { ingestKey, operatorKey, type Part, type Site } from './site.ts';

/** A real broker, the real engine behind HTTP, and every service as a process of its own. */
export async function createClusterSite(settings: Record<string, string>): Promise<Site> {
  const folder = await temporaryFolder();
  const broker = await startBroker({ dir: join(folder.path, 'broker') });
  const front = await startClickhouseFront(join(folder.path, 'clickhouse'));
  const [port, controlPort] = [await freePort(), await freePort()];
  const dataDir = join(folder.path, 'gateway');
  const deviceUrl = `http://127.0.0.1:${port}`;
  const operatorUrl = `http://127.0.0.1:${controlPort}`;
  const env = {
    ROLLGUARD_KAFKA_BROKERS: broker.brokers,
    ROLLGUARD_KAFKA_PARTITIONS: '4',
    ROLLGUARD_CLICKHOUSE_URL: front.url,
    ROLLGUARD_SECRET: 'delivery-test-secret',
    ROLLGUARD_DATA_DIR: dataDir,
    ROLLGUARD_HOST: '127.0.0.1',
    ROLLGUARD_PORT: String(port),
    ROLLGUARD_CONTROL_PORT: String(controlPort),
    ROLLGUARD_METRICS_PORT: '0',
    ROLLGUARD_INGEST_KEY: ingestKey,
    ROLLGUARD_OPERATOR_KEY: operatorKey,
    ROLLGUARD_TRUSTED_PROXIES: '127.0.0.1/32',
    ROLLGUARD_BLOCK_ROWS: '2000',
    ROLLGUARD_BLOCK_MS: '100',
    ...settings,
  };
  const warehouse = await openWarehouse({ kind: 'clickhouse', url: front.url });
  const processes = new Processes();
  const stops: (() => void)[] = [];
  const of = (part: Part): Service[] => processes.all.filter(({ name }) => name === part);
  const newest = (part: Part): Service[] => of(part).slice(-1);

  const site: Site = {
    mode: 'cluster',
    deviceUrl,
    operatorUrl,
    spoolDir: join(dataDir, 'spool', 'events'),
    brokers: broker.brokers,
    async start() {
      const migrate = site.command(['migrate']);
      const { code } = await migrate.ended;
      if (code !== 0) throw new Error(`migrate ended with ${code}:\n${migrate.output()}`);
      for (const part of ['worker', 'gateway', 'control'] as const) site.run(part);
      await site.ready();
    },
    async ready() {
      await processes.answers(`${deviceUrl}/readyz`, () => newest('gateway'));
      await processes.answers(`${operatorUrl}/readyz`, () => newest('control'));
    },
    run: (part, crashAt) =>
      processes.add(startService(part, [part], crashAt === undefined ? env : { ...env, ROLLGUARD_CRASH_AT: crashAt })),
    command: (args) => processes.add(startService(args[0]!, args, env)),
    current: (part) => newest(part)[0]!,
    async kill(part) {
      await Promise.all(of(part).map((service) => service.kill()));
    },
    sql: (statement) => warehouse.command(statement),
    rows: <Row>(query: string) => warehouse.query<Row>(query),
    async withoutBroker(meanwhile) {
      await broker.kill();
      try {
        await meanwhile();
      } finally {
        await broker.restart();
      }
    },
    get: (path) => getJson(operatorUrl + path, operatorKey),
    output: () => processes.output(),
    stop: () => processes.stop(),
    onClose: (stop) => void stops.push(stop),
    async close() {
      for (const stop of stops) stop();
      await processes.kill();
      await warehouse.close();
      await front.kill();
      await broker.kill();
      await folder.remove();
    },
  };
  return site;
}
