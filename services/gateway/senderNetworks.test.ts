import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SenderNetworks } from './senderNetworks.ts';
import { networkHash, parseRanges, senderAddress } from './sourceNetwork.ts';

const secret = 'a secret of the tests';
const trusted = parseRanges(['10.0.0.0/8', '127.0.0.1', '::1']);

const address = fc.oneof(
  fc.constantFrom(
    '127.0.0.1',
    '10.1.2.3',
    '::ffff:10.1.2.3',
    '::1',
    '',
    'nonsense',
    '192.0.2.7:4711',
    '[2001:db8::1]:80',
  ),
  fc.ipV4(),
  fc.ipV6(),
);
const sender = fc.record({
  peer: fc.option(address, { nil: undefined }),
  forwarded: fc.array(address, { maxLength: 4 }).map((hops) => hops.join(', ')),
});

test('what is remembered is what would be computed, in whatever order senders come and come again', () => {
  fc.assert(
    fc.property(fc.array(sender, { maxLength: 30 }), (senders) => {
      const networks = new SenderNetworks(secret, trusted);
      for (const { peer, forwarded } of [...senders, ...senders]) {
        assert.equal(networks.of(peer, forwarded), networkHash(secret, senderAddress(peer, forwarded, trusted)));
      }
    }),
  );
});

test('a peer cannot pass for another one by what it claims to forward', () => {
  const networks = new SenderNetworks(secret, trusted);
  const own = networks.of('192.0.2.7', '');
  assert.equal(networks.of('192.0.2.7', '198.51.100.1'), own);
  assert.notEqual(networks.of('127.0.0.1', '198.51.100.1'), own);
});

test('more senders than are remembered are told all the same', () => {
  const networks = new SenderNetworks(secret, trusted);
  const first = networks.of('1.0.0.1', '');
  for (let number = 0; number < 25_000; number += 1) networks.of(`2.${number >> 8}.${number & 255}.1`, '');
  assert.equal(networks.of('1.0.0.1', ''), first);
});
