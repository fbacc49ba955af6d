import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare } from './compare.ts';
import { FaultSyntaxError, parseFault } from './fault.ts';
import { createLedgerBook } from './ledger.ts';
import { planPhone } from './plan.ts';
import type { FleetOptions } from './plan.ts';
import { createRandom } from './random.ts';
import { failureMix, pickFailure } from './stories.ts';

const options: FleetOptions = {
  seed: 7,
  appId: 'com.example.sim',
  channel: 'production',
  baseRelease: '1.0.0',
  releases: [{ name: '1.1.0', share: 1 }],
  faults: [],
  spacingMs: 10,
};
const EPOCH = Date.UTC(2026, 0, 1);

test('a phone is a pure function of seed and number', () => {
  assert.deepEqual(planPhone(options, 42, EPOCH), planPhone(options, 42, EPOCH));
  assert.notDeepEqual(planPhone(options, 42, EPOCH).phone, planPhone(options, 43, EPOCH).phone);
});

test('a fault strikes its segment at its rate, in its window, and nobody else', () => {
  const faults = [parseFault('platform=android,os=9,rate=0.4,code=checksum_failed,after=30s')];
  let inside = 0;
  let struck = 0;
  let code = 0;
  for (let number = 0; number < 20_000; number += 1) {
    const plain = planPhone(options, number, EPOCH);
    const { phone, chapters } = planPhone({ ...options, faults }, number, EPOCH);
    const segment = phone.platform === 'android' && phone.osVersion === '9';
    if (!segment || number * options.spacingMs < 30_000) {
      assert.equal(chapters[0]!.story.name, plain.chapters[0]!.story.name);
      continue;
    }
    inside += 1;
    if (JSON.stringify(chapters) !== JSON.stringify(plain.chapters)) struck += 1;
    if (chapters[0]!.story.requests.flat().some((step) => step.code === 'checksum_failed')) code += 1;
  }
  assert.ok(inside > 500);
  assert.ok(Math.abs(code / inside - 0.4) < 0.08, `${code} of ${inside}`);
  assert.ok(struck >= code * 0.9);
});

test('a fault with a fault is refused by name', () => {
  assert.throws(() => parseFault('platfrom=android'), { name: 'FaultSyntaxError', message: /platfrom/ });
  assert.throws(() => parseFault('rate=1.5'), FaultSyntaxError);
  assert.throws(() => parseFault('kind=bricked'), /rolled_back/);
  assert.throws(() => parseFault('after=soon'), /30s/);
});

test('the failure mix comes out as it goes in', () => {
  const random = createRandom(1);
  const drawn = new Map<string, number>();
  for (let n = 0; n < 50_000; n += 1) {
    const { code } = pickFailure(random);
    drawn.set(code, (drawn.get(code) ?? 0) + 1);
  }
  const total = failureMix.reduce((sum, each) => sum + each.share, 0);
  for (const { code, share } of failureMix) {
    assert.ok(Math.abs(drawn.get(code)! / 50_000 - share / total) < 0.01, code);
  }
});

test('phones differ in clock, ids, delivery and repeats', () => {
  const plans = Array.from({ length: 3000 }, (_, number) => planPhone(options, number, EPOCH));
  const clocks = plans.flatMap((plan) =>
    plan.requests.flatMap((request) => request.events.map((event) => event.clock)),
  );
  assert.ok(clocks.includes(undefined));
  assert.ok(clocks.some((clock) => clock !== undefined && clock < Date.UTC(1971, 0, 1)));
  assert.ok(clocks.some((clock) => clock !== undefined && clock > Date.UTC(2040, 0, 1)));
  assert.ok(clocks.every((clock) => clock === undefined || clock >= 0));
  for (const delivery of ['prompt', 'offline', 'backwards', 'one_by_one']) {
    assert.ok(plans.some((plan) => plan.habits.delivery === delivery));
  }
  assert.ok(plans.some((plan) => plan.requests.some((request) => request.repeat)));
});

test('a split fleet gives each phone one release, by their shares, from its time on and on its channel', () => {
  const releases = [
    { name: '1.1.0', share: 0.75 },
    { name: '1.2.0', share: 0.25, channel: 'beta', fromMs: 10_000 },
  ];
  const plans = Array.from({ length: 6000 }, (_, number) =>
    planPhone({ ...options, split: true, releases }, number, EPOCH),
  );
  assert.ok(plans.every(({ chapters }) => chapters.length === 1));
  const early = plans.slice(0, 1000);
  assert.ok(early.every(({ chapters }) => chapters[0]!.release === '1.1.0'));
  const beta = plans.slice(1000).filter(({ chapters }) => chapters[0]!.release === '1.2.0');
  assert.ok(Math.abs(beta.length / 5000 - 0.25) < 0.03, `${beta.length} of 5000`);
  assert.ok(beta.every(({ chapters }) => chapters[0]!.channel === 'beta'));
  assert.ok(early.every(({ chapters }) => chapters[0]!.channel === 'production'));
});

test('the published share of failures can be scaled, down to none', () => {
  const failed = (failureScale: number): number =>
    Array.from({ length: 4000 }, (_, number) => planPhone({ ...options, failureScale }, number, EPOCH)).filter(
      ({ chapters }) => chapters[0]!.story.settled === 'failed',
    ).length;
  assert.equal(failed(0), 0);
  const [tenth, all] = [failed(0.1), failed(1)];
  assert.ok(Math.abs(tenth / all - 0.1) < 0.03, `${tenth} against ${all}`);
});

test('some phones were offline for long: all of it lies in the past, in its order', () => {
  const plans = Array.from({ length: 3000 }, (_, number) => planPhone(options, number, EPOCH));
  const late = plans.filter(({ habits }) => habits.awayMs > 24 * 3_600_000 && habits.skewMs !== null);
  assert.ok(late.length > 20, `${late.length} phones`);
  for (const { habits, requests, phone } of late) {
    const clocks = requests.flatMap(({ events }) => events.map((event) => event.clock!));
    const trueBegin = EPOCH + phone.number * options.spacingMs - habits.awayMs;
    assert.ok(clocks.every((clock) => clock - habits.skewMs! >= trueBegin));
    assert.equal(habits.delivery, 'offline');
  }
});

test('the comparison names each difference, and only differences', () => {
  const book = createLedgerBook(7, 'app');
  for (let number = 0; number < 200; number += 1) {
    book.begin();
    book.finish(planPhone(options, number, EPOCH));
  }
  const ledger = book.ledger();
  const reported = ledger.releases.map(({ release, settled }) => {
    const { numerator, denominator, ...devices } = settled;
    return { release, devices, success_rate: { numerator, denominator } };
  });
  assert.deepEqual(compare(ledger, reported), []);
  const wrong = structuredClone(reported);
  const target = wrong.find((each) => each.release === '1.1.0')!;
  target.devices.healed += 1;
  target.success_rate.numerator -= 1;
  const differences = compare(ledger, wrong);
  assert.equal(differences.length, 2);
  assert.match(differences.join(), /1\.1\.0 healed: expected \d+, reported \d+/);
  assert.ok(compare(ledger, []).length > 0);
});
