import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Dialect } from '../../services/gateway/dialects/dialect.ts';
import { dialects } from '../../services/gateway/dialects/list.ts';
import { differences } from './differences.ts';
import { tableOf } from './page.ts';
import { differing, readSamples, type Sample } from './samples.ts';
import { createTestGateway, type TestGateway } from './testGateway.ts';

/** What the same clients and their operators ask their own servers. Of the rest, `capgo-stats` is of our dialect `capgo`. */
const askedElsewhere = new Set(['capgo-update', 'capgo-channel', 'codepush-update-check']);
const askedByOperators = new Set(['capgo-admin', 'codepush-management']);

function speakerOf({ dialect, method }: Sample): Dialect | undefined {
  if (askedElsewhere.has(dialect) || askedByOperators.has(dialect)) return undefined;
  // The forks of CodePush ask for updates too.
  if (dialect === 'codepush-fork' && method === 'GET') return undefined;
  return dialects.find(({ name }) => dialect === name || dialect.startsWith(`${name}-`));
}

let gateway: TestGateway;

before(async () => {
  gateway = await createTestGateway();
});

after(() => gateway.close());

async function post(sample: Sample, name: string): Promise<{ status: number; body: unknown }> {
  const answer = await gateway.app.inject({
    method: sample.method,
    url: `/k/${gateway.key}/${name}${sample.path}`,
    headers: sample.headers,
    ...(sample.body !== null && { payload: JSON.stringify(sample.body) }),
  });
  const isJson = String(answer.headers['content-type']).startsWith('application/json');
  return { status: answer.statusCode, body: isJson ? answer.json() : answer.body };
}

test('every sample of a dialect that we speak gets its answer, and its events lie in the log as their kinds', async (t) => {
  const samples = readSamples(t);
  if (!samples) return;
  const counts: Record<string, number> = {};
  const unused = new Set(differences);
  for (const [index, sample] of samples.entries()) {
    const speaker = speakerOf(sample);
    if (!speaker) continue;
    counts[sample.dialect] = (counts[sample.dialect] ?? 0) + 1;
    const line = `line ${index + 1}, ${sample.dialect}: ${sample.expect.note}`;

    const mine = differences.filter((each) => each.of(sample));
    assert.ok(mine.length <= 1, `${line}: one difference explains it`);
    const [difference] = mine;
    if (difference) unused.delete(difference);
    const answer = await post(sample, speaker.name);
    const expected = difference?.ours ?? sample.expect.http;
    assert.deepEqual(differing(expected, answer), [], `${line}: ${JSON.stringify(answer)}`);
    if (!expected) assert.ok(answer.status >= 200 && answer.status < 300, `${line}: ${answer.status}`);
    if (difference) assert.ok(isDifferent(sample, difference), `${line}: a difference that is none`);
    const events = await gateway.arrived();
    assert.deepEqual(
      events.map(({ kind }) => kind),
      difference?.kinds ?? sample.expect.kinds,
      line,
    );
    assert.ok(
      events.every(({ dialect, source_network }) => dialect === speaker.name && source_network > 0),
      `${line}: the stamp`,
    );
  }
  const others = samples.length - Object.values(counts).reduce((sum, each) => sum + each, 0);
  console.log(`samples compared: ${JSON.stringify(counts)}; of other dialects and of management: ${others}`);
  for (const [dialect, least] of Object.entries({ 'capgo-stats': 66, 'codepush-deploy': 9, 'codepush-download': 1 })) {
    assert.ok((counts[dialect] ?? 0) >= least, `${dialect}: ${counts[dialect]} samples`);
  }
  assert.deepEqual([...unused], [], 'differences that no sample shows');
});

function isDifferent(sample: Sample, difference: (typeof differences)[number]): boolean {
  const { http, kinds } = sample.expect;
  return differing(http, difference.ours).length > 0 || JSON.stringify(kinds) !== JSON.stringify(difference.kinds);
}

test('what the clients ask their own servers is not ours: 404, and nothing is stored', async (t) => {
  const samples = readSamples(t);
  if (!samples) return;
  const asked = samples.filter(({ dialect }) => askedElsewhere.has(dialect));
  for (const sample of asked) {
    const { status } = await post(sample, sample.dialect.split('-')[0]!);
    assert.equal(status, 404, `${sample.dialect} ${sample.method} ${sample.path}`);
  }
  console.log(`asked elsewhere: ${asked.length}`);
  assert.ok(asked.length > 0);
  assert.deepEqual(await gateway.arrived(), []);
});

test('the pages explain every difference, and no other', () => {
  for (const page of ['capgo', 'codepush'] as const) {
    assert.deepEqual(
      tableOf(page, 'Differences on purpose').map(([id]) => id),
      differences.filter((each) => each.page === page).map(({ id }) => id),
    );
  }
});

test('a dialect is said to report starts when its clients do', (t) => {
  const samples = readSamples(t);
  if (!samples) return;
  for (const dialect of dialects) {
    const own: Sample[] = samples.filter((sample) => speakerOf(sample) === dialect);
    const starts = own.some(({ expect }) => expect.kinds.includes('download_started'));
    if (own.length > 0) assert.equal(dialect.reportsStarts, starts, dialect.name);
  }
});

test('the list of dialects for people is the list of the gateway', () => {
  assert.deepEqual(
    tableOf('README', 'Dialects').map(([link, , , starts]) => [link!.replace(/^\[(.+)\].*$/, '$1'), starts]),
    dialects.map(({ name, reportsStarts }) => [name, reportsStarts ? 'yes' : 'no']),
  );
});
