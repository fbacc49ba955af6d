import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { emptyDraft } from './draft.ts';
import { eventId, isUuid } from './identity.ts';

const stamp = { received_at: 0, dialect: 'native' };
const namespace = Buffer.from('6f0a4a5e2b7d4c0f9d1c7e3a58b1f264', 'hex');

function named(event_id: string): string {
  return eventId({ ...emptyDraft('activated'), app_id: 'app', device_id: 'phone', event_id }, stamp);
}

test('a derived id is the UUIDv5 of its parts; the expected one is from another program', () => {
  assert.equal(named('sender-7'), 'c3063687-9d67-54a3-b747-1c8f1242ffe7');
});

test('a derived id has the bits of its version and variant, and all others from the hash', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1 }).filter((text) => !isUuid(text)),
      (text) => {
        const id = named(text);
        assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        const bytes = Buffer.from(id.replaceAll('-', ''), 'hex');
        const parts = JSON.stringify(['native', 'app', 'phone', text]);
        const hash = createHash('sha1').update(namespace).update(parts).digest().subarray(0, 16);
        hash[6] = (hash[6]! & 0x0f) | 0x50;
        hash[8] = (hash[8]! & 0x3f) | 0x80;
        assert.deepEqual(bytes, hash);
      },
    ),
  );
});
