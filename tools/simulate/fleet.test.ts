import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { FleetRefusedError, startFleet } from './fleet.ts';
import type { RunOptions } from './fleet.ts';
import { planPhone } from './plan.ts';
import { waitFor } from '../../test/waitFor.ts';

interface Seen {
  event_id?: string;
  device_id: string;
  kind: string;
}

/** A server that takes every event, unless `trouble` says otherwise for this request: a status, or 'cut' for the connection. */
async function stubServer(
  t: TestContext,
  trouble: (request: number) => number | 'cut' | 'cut_after',
): Promise<{ url: string; seen: Seen[]; addresses: Set<string> }> {
  const seen: Seen[] = [];
  const addresses = new Set<string>();
  let requests = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const answer = trouble((requests += 1));
      if (answer === 'cut') return void request.socket.destroy();
      if (answer !== 202 && answer !== 'cut_after')
        return void response.writeHead(answer, { 'retry-after': '0' }).end('{}');
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Seen | Seen[] | { events: Seen[] };
      const events = Array.isArray(body) ? body : 'events' in body ? body.events : [body];
      seen.push(...events);
      addresses.add(String(request.headers['x-forwarded-for']));
      if (answer === 'cut_after') return void request.socket.destroy();
      response.writeHead(202).end(JSON.stringify({ accepted: events.length, rejected: [] }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, addresses };
}

function optionsFor(url: string, more: Partial<RunOptions> = {}): RunOptions {
  return {
    url,
    key: 'rgi_0000000000000000',
    seed: 7,
    appId: 'com.example.sim',
    channel: 'production',
    baseRelease: '1.0.0',
    releases: [
      { name: '1.1.0', share: 1 },
      { name: '1.2.0', share: 0.5 },
    ],
    faults: [],
    spacingMs: 1,
    devices: 300,
    concurrency: 16,
    paced: false,
    ...more,
  };
}

test('every event of the ledger arrives, through refusals and cut connections', async (t) => {
  const troubles = [503, 429, 'cut', 'cut_after', 500] as const;
  const { url, seen, addresses } = await stubServer(t, (request) =>
    request % 5 === 0 ? troubles[(request / 5) % 5]! : 202,
  );
  const ledger = await startFleet(optionsFor(url)).ended;
  assert.equal(ledger.devices, 300);
  assert.equal(ledger.unfinished, 0);
  assert.ok(ledger.requests.retried > 50);
  const ids = new Set(seen.flatMap((event) => event.event_id ?? []));
  const withoutId = seen.filter((event) => event.event_id === undefined);
  assert.ok(withoutId.length > 0, 'some phones leave the id to the receiver');
  assert.ok(ids.size < ledger.events.distinct && ids.size + withoutId.length >= ledger.events.distinct);
  assert.ok(seen.length > ledger.events.acked, 'what was taken but not acknowledged comes again');
  assert.equal(addresses.size, 300);
});

test('the same seed tells the same ledger, another seed another', async (t) => {
  const { url } = await stubServer(t, () => 202);
  const run = (seed: number) => startFleet(optionsFor(url, { seed })).ended;
  const [first, second, other] = [await run(7), await run(7), await run(8)];
  assert.deepEqual(first, second);
  assert.notDeepEqual(first.releases, other.releases);
});

test('the ledger adds up: every device of a release has exactly one outcome in each reading', async (t) => {
  const { url } = await stubServer(t, () => 202);
  const ledger = await startFleet(optionsFor(url, { devices: 1000 })).ended;
  for (const release of ledger.releases) {
    const total = (counts: typeof release.settled): number =>
      counts.installed + counts.healed + counts.failed + counts.silent + counts.in_progress + counts.excluded;
    assert.equal(total(release.settled), total(release.young));
    assert.equal(release.settled.in_progress, 0);
    assert.equal(release.young.silent, 0);
    assert.equal(release.young.presumed, 0);
  }
  const updated = ledger.releases.find((release) => release.release === '1.1.0')!;
  const named: (keyof typeof updated.settled)[] = ['installed', 'presumed', 'healed', 'failed', 'silent', 'excluded'];
  for (const name of named) assert.ok(updated.settled[name] > 0, `no device ended as ${name}`);
  assert.ok(ledger.releases.some((release) => release.unattributed > 0));
});

test('a refusal of the fleet as such ends the run with the reason', async (t) => {
  const { url } = await stubServer(t, () => 401);
  await assert.rejects(startFleet(optionsFor(url)).ended, FleetRefusedError);
});

test('time that a sleeping machine takes is not caught up with', async (t) => {
  const { url, seen } = await stubServer(t, () => 202);
  const options = optionsFor(url, { paced: true, devices: Infinity, spacingMs: 60_000 });
  // A first phone that reports several times within a few seconds.
  for (; ; options.seed += 1) {
    const { requests } = planPhone(options, 0, Date.now());
    if (requests.length >= 2 && requests.at(-1)!.due - requests[0]!.due > 500 && requests.at(-1)!.due < 4000) break;
  }
  const now = Date.now.bind(Date);
  let slept = 0;
  t.mock.method(Date, 'now', () => now() + slept);
  const fleet = startFleet(options);
  t.after(() => fleet.stop());
  await waitFor(() => seen.length > 0, { timeoutMs: 10_000, what: 'the first report' });
  slept = 3_600_000;
  await waitFor(() => fleet.progress().devices > 0, { timeoutMs: 20_000, what: 'the end of its story' });
  const { devices, unfinished } = fleet.ledger();
  assert.equal(devices + unfinished, 1, 'no phone of the lost hour has begun');
});

test('a stopped fleet says how many stories it cut off', async (t) => {
  const { url } = await stubServer(t, () => 503);
  const fleet = startFleet(optionsFor(url));
  fleet.stop();
  const ledger = await fleet.ended;
  assert.equal(ledger.events.acked, 0);
  assert.equal(ledger.devices, 0);
});
