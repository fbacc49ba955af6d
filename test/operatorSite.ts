import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { createEventCodec } from '../lib/events/codec.ts';
import { loadSchemas } from '../lib/events/schemas.ts';
import { parseTime } from '../lib/events/time.ts';
import { createKeyRing, type PresetKey } from '../lib/keys/keyRing.ts';
import { openLog } from '../lib/log/open.ts';
import type { Log } from '../lib/log/log.ts';
import { topics, TOPICS } from '../lib/log/topics.ts';
import { RollguardError } from '../lib/runtime/errors.ts';
import { openWarehouse } from '../lib/warehouse/open.ts';
import type { Warehouse } from '../lib/warehouse/warehouse.ts';
import { createControl } from '../services/control/control.ts';
import { temporaryFolder } from './temporaryFolder.ts';

export const operatorKey = 'rgo_operator_site_0123456789abcdef';
export const ingestKey = 'rgi_operator_site_0123456789abcdef';

export interface Answer<Body> {
  status: number;
  body: Body;
}

export interface Asking {
  /** The whole key, without `Bearer`; none for ''. */
  key?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/** The operator API on a real log and a real engine, in this process, at a time of the test's own. */
export interface OperatorSite {
  readonly app: FastifyInstance;
  readonly log: Log;
  readonly warehouse: Warehouse;
  /** What the API takes for now, epoch ms. */
  now: number;
  /** While true, the API meets a log that cannot be reached. */
  logAway: boolean;
  /** All log lines so far. */
  logged(): string;
  /** Asks, and checks that the answer is one that the OpenAPI document describes. */
  ask<Body>(method: 'GET' | 'POST' | 'DELETE', url: string, asking?: Asking): Promise<Answer<Body>>;
  /** A GET that must be answered with 200. */
  get<Body>(url: string): Promise<Body>;
  close(): Promise<void>;
}

export async function createOperatorSite({ partitions = 2 } = {}): Promise<OperatorSite> {
  const folder = await temporaryFolder();
  const log = openLog({ kind: 'lmdb', dir: join(folder.path, 'log') });
  await log.migrate(topics(partitions));
  const warehouse = await openWarehouse({ kind: 'embedded', dir: join(folder.path, 'warehouse') });
  await warehouse.migrate();
  const table = await log.table(TOPICS.keys);
  const presets: PresetKey[] = [
    { kind: 'operator', text: operatorKey },
    { kind: 'ingest', text: ingestKey },
  ];
  let logged = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      logged += chunk.toString();
      done();
    },
  });
  const seen = new Proxy(log, {
    get(target, name) {
      if (site.logAway) return () => Promise.reject(new RollguardError('log_unavailable'));
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? (member as () => unknown).bind(target) : member;
    },
  });
  const { app } = createControl({
    log: seen,
    warehouse,
    keys: createKeyRing(table, presets),
    registry: new Registry(),
    codec: createEventCodec(loadSchemas()),
    config: {
      host: '127.0.0.1',
      port: 0,
      allowedHosts: ['rollguard.example'],
      confirmSeconds: 600,
      silenceSeconds: 3600,
      outcomeWindowSeconds: 86_400,
    },
    logger: pino({ level: 'trace' }, stream),
    clock: () => site.now,
  });
  await app.ready();
  const check = answerChecker(app);

  async function ask<Body>(method: 'GET' | 'POST' | 'DELETE', url: string, asking: Asking = {}): Promise<Answer<Body>> {
    const key = asking.key ?? operatorKey;
    const answer = await app.inject({
      method,
      url,
      headers: { host: '127.0.0.1:8081', ...(key === '' ? {} : { authorization: `Bearer ${key}` }), ...asking.headers },
      ...(asking.body === undefined ? {} : { payload: asking.body as object }),
    });
    const body: unknown = answer.json();
    check(method, url, answer.statusCode, String(answer.headers['content-type']), body);
    return { status: answer.statusCode, body: body as Body };
  }

  const site: OperatorSite = {
    app,
    log,
    warehouse,
    now: Date.now(),
    logAway: false,
    logged: () => logged,
    ask,
    async get<Body>(url: string) {
      const { status, body } = await ask<Body>('GET', url);
      assert.equal(status, 200, `${JSON.stringify(body)}\n${logged.slice(-3000)}`);
      return body;
    },
    async close() {
      await app.close();
      await table.close();
      await log.close();
      await warehouse.close();
      await folder.remove();
    },
  };
  return site;
}

type Content = Record<string, { schema: object }>;
interface Document {
  paths: Record<string, Record<string, { responses: Record<string, { content?: Content }> }>>;
}

/** Holds answers against the document that the API gives of itself: no field too few, and none too many. */
function answerChecker(app: FastifyInstance) {
  const document = app.swagger() as unknown as Document;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addFormat('date-time', (given: string) => parseTime(given) !== undefined);
  ajv.addSchema(document, 'openapi');
  const paths = Object.keys(document.paths).map((path) => ({
    path,
    pattern: new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
  }));
  return (method: string, url: string, status: number, type: string, body: unknown): void => {
    const [path = ''] = url.split('?');
    const known = paths.find(({ pattern }) => pattern.test(path));
    const problem = status >= 400;
    assert.ok(type.startsWith(problem ? 'application/problem+json' : 'application/json'), `${url}: ${type}`);
    if (known === undefined) {
      assert.equal(status, 404, `${path} is in no document`);
      return;
    }
    const operation = [known.path, method.toLowerCase(), 'responses', String(status), 'content', type.split(';')[0]!];
    const pointer = operation.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')));
    const validate = ajv.getSchema(`openapi#/paths/${pointer.join('/')}/schema`);
    assert.ok(validate, `${method} ${known.path} does not document ${status}: ${JSON.stringify(body)}`);
    assert.ok(validate(body), `${method} ${url}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(body)}`);
  };
}
