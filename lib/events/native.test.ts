import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { complete, type EventDraft } from './draft.ts';
import { errorClass } from './errorClass.ts';
import { kinds } from './kinds.ts';
import { MAX_EVENT_BYTES, parseNative } from './native.ts';

const defaults = { app_id: '', sent_at: null };
const least = { app_id: 'app', device_id: 'phone', kind: 'activated', release: '1.0' };

function draftOf(value: unknown): EventDraft {
  const { draft, fault } = parseNative(value, defaults);
  assert.ok(draft, JSON.stringify(fault));
  return draft;
}

function faultOf(value: unknown): string {
  const { fault } = parseNative(value, defaults);
  return fault === undefined ? 'none' : `${fault.code} ${fault.field}`.trim();
}

test('what is wrong with an event is said by a code and the field', () => {
  const long = 'x'.repeat(129);
  const faults: [unknown, string][] = [
    [[], 'wrong_type'],
    ['event', 'wrong_type'],
    [{ ...least, app_id: undefined }, 'missing_field app_id'],
    [{ ...least, device_id: '' }, 'missing_field device_id'],
    [{ ...least, release: undefined }, 'missing_field release'],
    [{ ...least, release: '' }, 'missing_field release'],
    [{ ...least, kind: undefined }, 'missing_field kind'],
    [{ ...least, kind: 7 }, 'wrong_type kind'],
    [{ ...least, device_id: long }, 'too_long device_id'],
    [{ ...least, device_id: 'a\nb' }, 'bad_characters device_id'],
    [{ ...least, occurred_at: 'soon' }, 'bad_time occurred_at'],
    [{ ...least, bytes: -1 }, 'out_of_range bytes'],
    [{ ...least, progress: 101 }, 'out_of_range progress'],
    [{ ...least, is_emulator: 'no' }, 'wrong_type is_emulator'],
    [{ ...least, attributes: { plan: 1 } }, 'wrong_type attributes'],
    [
      { ...least, attributes: Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`a${index}`, 'v'])) },
      'too_many_attributes attributes',
    ],
    [{ ...least, note: 'x'.repeat(MAX_EVENT_BYTES) }, 'too_large'],
  ];
  for (const [value, expected] of faults) assert.equal(faultOf(value), expected, JSON.stringify(value).slice(0, 80));
});

test('an unknown kind is other, an unknown field is ignored, null is absent', () => {
  const draft = draftOf({ ...least, kind: 'teleported', flux: 3, channel: null });
  assert.deepEqual([draft.kind, draft.source_action, draft.channel], ['other', 'teleported', '']);
});

test('only a failure may say that it does not know its release', () => {
  assert.equal(faultOf({ ...least, kind: 'download_failed', release: '' }), 'none');
  const without = { app_id: 'app', device_id: 'phone', kind: 'download_failed' };
  assert.equal(faultOf(without), 'missing_field release');
});

test('a long message is cut at a character, and the event is kept', () => {
  const { error_message } = draftOf({ ...least, kind: 'install_failed', error_message: 'ü'.repeat(2_000) });
  assert.equal(error_message, 'ü'.repeat(512));
});

test('whatever the value, the answer is a draft or a fault that quotes nothing of it', () => {
  const field = fc.constantFrom(
    ...Object.keys(least),
    'event_id',
    'occurred_at',
    'bytes',
    'attributes',
    'error_message',
  );
  const near = fc.dictionary(field, fc.jsonValue()).map((given) => ({ ...least, ...given }));
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), near), (value) => {
      const { draft, fault } = parseNative(value, defaults);
      assert.ok((draft === undefined) !== (fault === undefined));
      if (draft) assert.ok(kinds.includes(draft.kind));
      if (fault) assert.ok(!fault.message.includes('phone'));
    }),
    { numRuns: 3_000 },
  );
});

test('only what tells of an update on trial enrols', () => {
  const stamp = { received_at: 0, dialect: 'native', source_network: 0 };
  const enrolling = kinds.filter((kind) => complete(draftOf({ ...least, kind }), stamp).enrols);
  assert.deepEqual(enrolling, [
    'download_started',
    'download_progressed',
    'download_completed',
    'download_failed',
    'activated',
    'install_completed',
    'install_failed',
    'rolled_back',
  ]);
  assert.equal(complete({ ...draftOf(least), bystander: true }, stamp).enrols, false);
  assert.equal(complete(draftOf({ ...least, kind: 'rolled_back', release: '' }), stamp).enrols, false);
});

test('a segment that breaks the pattern is other, a version stays as sent', () => {
  const stamp = { received_at: 0, dialect: 'native', source_network: 0 };
  const event = complete(draftOf({ ...least, channel: '<script>', app_version: '1.0 <beta>', platform: 'iOS' }), stamp);
  assert.deepEqual([event.channel, event.app_version, event.platform], ['other', '1.0 <beta>', 'iOS']);
});

test('the class of an error comes from unmistakable words', () => {
  const classes: [code: string, message: string, expected: string][] = [
    ['checksum_fail', '', 'integrity'],
    ['Sha256Mismatch', '', 'integrity'],
    ['SIGNATURE-INVALID', '', 'integrity'],
    ['insufficient_disk_space', '', 'storage'],
    ['E1', 'connection timed out', 'timeout'],
    ['E1', 'java.net.UnknownHostException: no address for host', 'network'],
    ['HTTP_503', '', 'network'],
    ['user_cancelled', '', 'cancelled'],
    ['E1', 'GET https://cdn.example/hash/signature.zip failed', 'network'],
    ['E1', 'something', 'unknown'],
  ];
  for (const [code, message, expected] of classes) {
    assert.equal(errorClass('download_failed', code, message), expected, `${code} ${message}`);
  }
  assert.equal(errorClass('app_crashed', 'checksum', ''), 'crash');
  assert.equal(errorClass('download_completed', 'checksum', ''), '');
});
