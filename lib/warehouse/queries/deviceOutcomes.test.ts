import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { modelDevice, type Reading } from '../../../test/outcomeModel.ts';
import { randomHistories, type History } from '../../../test/randomHistories.ts';
import { temporaryFolder, type TemporaryFolder } from '../../../test/temporaryFolder.ts';
import { testBlock } from '../../../test/updateEvent.ts';
import { openWarehouse } from '../open.ts';
import type { Warehouse } from '../warehouse.ts';
import { harmedDevices, outcomes, questionParams, type OutcomeQuestion } from './question.ts';
import { releaseOutcomes } from './releaseOutcomes.ts';

const minute = 60_000;
const day = 1440 * minute;
const app = 'model';
/** Yesterday, at a full minute. */
const base = Math.floor(Date.now() / minute) * minute - day;

let folder: TemporaryFolder;
let warehouse: Warehouse;

before(async () => {
  folder = await temporaryFolder();
  warehouse = await openWarehouse({ kind: 'embedded', dir: folder.path });
  await warehouse.migrate();
});

after(async () => {
  await warehouse.close();
  await folder.remove();
});

function questionOf(reading: Reading, channel = '', includeExcluded = false): OutcomeQuestion {
  return {
    app,
    release: '',
    channel,
    includeExcluded,
    asOf: new Date(reading.asOf),
    confirmSeconds: reading.confirmMs / 1000,
    silenceSeconds: reading.silenceMs / 1000,
    outcomeWindowSeconds: reading.windowMs / 1000,
  };
}

interface Row {
  outcome: string;
  presumed: boolean;
  /** Epoch ms; `harmed_at` 0 for a device that was not harmed. */
  enrolled_at: number;
  harmed_at: number;
  network: number;
  platform: string;
}

/** Every enrolled device as the views have it, by `release device`. */
async function fromViews(reading: Reading): Promise<Map<string, Row>> {
  const rows = await warehouse.query<Row & { name: string }>(
    `SELECT concat(o.release, ' ', n.device_id) AS name, o.outcome AS outcome, toBool(o.presumed) AS presumed,
       toUnixTimestamp64Milli(o.enrolled_at) AS enrolled_at, toUnixTimestamp64Milli(h.harmed_at) AS harmed_at,
       o.source_network AS network, s.platform AS platform
     FROM ${outcomes} AS o
     INNER JOIN (SELECT DISTINCT * FROM rollguard.segment_values) AS s ON s.segment = o.segment
     INNER JOIN (SELECT DISTINCT device_id FROM rollguard.update_events) AS n ON sipHash64(n.device_id) = o.device
     LEFT JOIN ${harmedDevices} AS h ON h.release = o.release AND h.device = o.device`,
    questionParams(questionOf(reading)),
  );
  return new Map(rows.map(({ name, ...row }) => [name, row]));
}

function fromModel({ events }: History, reading: Reading): Row | undefined {
  const device = modelDevice(events, reading);
  if (device === undefined) return undefined;
  return {
    outcome: device.outcome,
    presumed: device.presumed,
    enrolled_at: device.enrolledAt,
    harmed_at: device.harmedAt ?? 0,
    network: device.enrolment.source_network,
    platform: device.enrolment.platform,
  };
}

/** Inserts everything in random order, in three blocks, one of them twice. */
async function store(histories: readonly History[], seed: number): Promise<void> {
  const all = histories.flatMap(({ events }) => events);
  const [shuffled] = fc.sample(fc.shuffledSubarray(all, { minLength: all.length }), { numRuns: 1, seed });
  const third = Math.ceil(all.length / 3);
  const block = (at: number): Promise<void> =>
    warehouse.insertBlock(testBlock(shuffled!.slice(at * third, (at + 1) * third), { first: at * third }));
  for (const at of [0, 1, 2, 1]) await block(at);
}

const readings: Reading[] = [
  { asOf: base + day, confirmMs: 5 * minute, silenceMs: 60 * minute, windowMs: day },
  { asOf: base + 9 * minute, confirmMs: 4 * minute, silenceMs: 3 * minute, windowMs: 2 * minute },
  { asOf: base + 20 * minute, confirmMs: 30 * minute, silenceMs: 13 * minute, windowMs: 0 },
  { asOf: base + day, confirmMs: 0, silenceMs: 0, windowMs: 5 * minute },
];

test('outcome, enrolment and harm of 800 random histories are those of a model written from the rules', async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const histories = randomHistories(seed, 800, app, base);
  await store(histories, seed);
  const corners = new Set<string>();
  for (const reading of readings) {
    const actual = await fromViews(reading);
    const participants = histories.filter((history) => {
      const { release, device } = history;
      const expected = fromModel(history, reading);
      assert.deepEqual(actual.get(`${release} ${device}`), expected, story(history, reading, seed));
      if (expected !== undefined) {
        corners.add(`${expected.presumed ? 'presumed ' : ''}${expected.outcome}`);
        if (expected.harmed_at > 0) corners.add(`harmed ${expected.outcome}`);
      }
      return expected !== undefined;
    });
    assert.equal(actual.size, participants.length);
    await sumsAgree(histories, reading);
  }
  const reached = ['installed', 'presumed installed', 'healed', 'presumed healed', 'harmed healed', 'failed'];
  for (const corner of [...reached, 'harmed failed', 'silent', 'in_progress']) {
    assert.ok(corners.has(corner), `no history was ${corner}; seed ${seed}`);
  }
});

/** What is counted is the sum of the model's devices: with and without the excluded ones, and by channel. */
async function sumsAgree(histories: readonly History[], reading: Reading): Promise<void> {
  for (const question of [questionOf(reading), questionOf(reading, '', true), questionOf(reading, 'beta')]) {
    const rows = await releaseOutcomes(warehouse, question);
    assert.deepEqual(rows.map(({ release }) => release).sort(), ['r1', 'r2']);
    for (const row of rows) {
      const devices = histories
        .filter(({ release }) => release === row.release)
        .flatMap(({ events }) => modelDevice(events, reading) ?? [])
        .filter(({ enrolment }) => question.channel === '' || enrolment.channel === question.channel);
      const counted = devices.filter(
        ({ enrolment }) => question.includeExcluded || (enrolment.is_production && !enrolment.is_emulator),
      );
      const with_ = (outcome: string): number => counted.filter((device) => device.outcome === outcome).length;
      assert.deepEqual(
        { ...row, channels: undefined, first_seen: undefined, last_seen: undefined },
        {
          release: row.release,
          installed: with_('installed'),
          presumed: counted.filter((device) => device.presumed && device.outcome === 'installed').length,
          healed: with_('healed'),
          failed: with_('failed'),
          silent: with_('silent'),
          in_progress: with_('in_progress'),
          excluded: devices.length - counted.length,
          enrolled: counted.length,
          harmed: counted.filter((device) => device.harmedAt !== undefined).length,
          channels: undefined,
          first_seen: undefined,
          last_seen: undefined,
        },
      );
    }
  }
}

/** A history as a person reads it, times in minutes. */
function story({ device, release, events }: History, reading: Reading, seed: number): string {
  const minutes = (ms: number): number => (ms - base) / minute;
  const lines = events.map(
    (event) =>
      `${event.kind} ${event.error_class} clock ${minutes(event.device_clock)} received ${minutes(event.received_at)}` +
      (event.enrols ? '' : ' (bystander)'),
  );
  return [`${release} ${device}, seed ${seed}, ${JSON.stringify(reading)}, base ${base}`, ...lines].join('\n');
}
