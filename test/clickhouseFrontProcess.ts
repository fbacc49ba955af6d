/**
 * What `@clickhouse/client` needs of ClickHouse's HTTP interface, over the embedded engine: a statement in the body, or in
 * `?query=` with data in the body; parameters as `param_<name>`; settings as further address parameters. For tests only: the
 * engine reads and writes files for whoever can send it SQL.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { mkdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { createChdbConnection, type ChdbConnection } from 'chdb/connection';

const [dir, port] = process.argv.slice(2);
const bodies = join(dir!, 'bodies');
rmSync(bodies, { recursive: true, force: true });
mkdirSync(bodies, { recursive: true });

/** Each runs one statement at a time and holds a worker thread of Node's four meanwhile; files need one too. */
const sessions = Array.from({ length: Math.min(3, Math.max(2, availableParallelism())) }, () =>
  createChdbConnection({ path: join(dir!, 'engine') }),
);
const free = [...sessions];
const waiting: ((session: ChdbConnection) => void)[] = [];

/** As a server does, requests run side by side; a session's settings and parameters are one request's alone. */
async function inSession<Result>(call: (session: ChdbConnection) => Promise<Result>): Promise<Result> {
  const session = free.pop() ?? (await new Promise<ChdbConnection>((take) => waiting.push(take)));
  try {
    return await call(session);
  } finally {
    const next = waiting.shift();
    if (next === undefined) free.push(session);
    else next(session);
  }
}

/** Address parameters that the server's HTTP layer keeps to itself. */
const ofHttp = new Set(['query', 'query_id', 'database', 'default_format', 'session_id', 'session_timeout', 'role']);
const ofHttpLayer = new Set(['wait_end_of_query', 'send_progress_in_http_headers', 'enable_http_compression']);

const literal = (value: string): string => `'${value.replace(/[\\']/g, (character) => `\\${character}`)}'`;

let lastBody = 0;

/** `… FROM input('struct') FORMAT X` + body, or `INSERT INTO t (cols) FORMAT X` + body → the same insert from a file. */
function fromFile(statement: string, path: string): string {
  const match = /^([\s\S]*?)\bFORMAT\s+(\w+)\s*$/i.exec(statement.trim());
  if (match === null) throw new Error('A body needs a statement that ends with its format.');
  const [, insert, format] = match as unknown as [string, string, string];
  const input = /\binput\(/.exec(insert);
  if (input !== null) return insert.replace(/\binput\(/, () => `file(${literal(path)}, ${literal(format)}, `);
  const columns = /\(([^()]*)\)/.exec(insert)?.[1] ?? '*';
  return `${insert} SELECT ${columns} FROM file(${literal(path)}, ${literal(format)})`;
}

/** Settings and parameters live in the engine's session, so each request sets them, and resets them when it is done. */
async function run(session: ChdbConnection, url: URL, statement: string): Promise<Buffer> {
  const before: string[] = [];
  const after: string[] = [];
  for (const [name, value] of url.searchParams) {
    if (ofHttp.has(name) || ofHttpLayer.has(name)) continue;
    if (!/^\w+$/.test(name)) throw new Error(`strange setting ${name}`);
    before.push(`SET ${name} = ${literal(value)}`);
    if (!name.startsWith('param_')) after.push(`SET ${name} = DEFAULT`);
  }
  try {
    const answer = await session.chdb.queryAsync([...before, statement].join('; '), { format: 'TabSeparated' });
    return Buffer.from(answer.bytes());
  } finally {
    for (const reset of after) await session.chdb.queryAsync(reset);
  }
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://front');
  if (url.pathname === '/ping') {
    response.end('Ok.\n');
    return;
  }
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const body = Buffer.concat(pieces);
  const inAddress = url.searchParams.get('query');
  if (inAddress === null || body.length === 0) {
    response.end(await inSession((session) => run(session, url, inAddress ?? body.toString())));
    return;
  }
  lastBody += 1;
  const path = join(bodies, String(lastBody));
  writeFileSync(path, body);
  try {
    response.end(await inSession((session) => run(session, url, fromFile(inAddress, path))));
  } finally {
    unlinkSync(path);
  }
}

function fail(response: ServerResponse, error: unknown): void {
  const text = error instanceof Error ? error.message : String(error);
  const code = /^Code: (\d+)/.exec(text)?.[1] ?? '1002';
  const status = code === '60' || code === '81' ? 404 : code === '62' || code === '376' ? 400 : 500;
  response.writeHead(status, { 'X-ClickHouse-Exception-Code': code });
  response.end(text.startsWith('Code: ') ? text : `Code: ${code}. DB::Exception: ${text} (UNKNOWN_EXCEPTION)`);
}

const server = createServer((request, response) => {
  handle(request, response).catch((error: unknown) => {
    fail(response, error);
  });
});
server.listen(Number(port), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.once('SIGTERM', () => {
  server.close(() => {
    void Promise.all(sessions.map((session) => session.close())).then(() => process.exit(0));
  });
  server.closeIdleConnections();
});
