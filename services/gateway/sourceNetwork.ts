import { createHmac } from 'node:crypto';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** A range of addresses: its first one and how many bits are fixed. */
export type Range = [Address, number];

/** Addresses or CIDR ranges → ranges. Throws a RangeError that names the entry. */
export function parseRanges(entries: string[]): Range[] {
  return entries.map((entry) => {
    try {
      if (entry.includes('/')) return ipaddr.parseCIDR(entry);
      const address = ipaddr.parse(entry);
      return [address, address.kind() === 'ipv4' ? 32 : 128];
    } catch {
      throw new RangeError(`'${entry}' is neither an address nor a CIDR range`);
    }
  });
}

/**
 * The address a request comes from: that of the socket, or, as long as the nearest sender is a trusted proxy, the one it
 * names in `X-Forwarded-For`, read from the right. What stands left of the first untrusted address is the client's own
 * invention and is not looked at. `undefined` when it cannot be told.
 */
export function senderAddress(peer: string | undefined, forwarded: string, trusted: Range[]): string | undefined {
  let sender = parse(peer ?? '');
  const hops = forwarded === '' ? [] : forwarded.split(',');
  while (sender && trusted.some((range) => inside(sender!, range)) && hops.length > 0) {
    sender = parse(hops.pop()!.trim());
  }
  return sender?.toString();
}

/**
 * What stands for the sender's network: HMAC-SHA256, cut to 52 bits (a JavaScript number holds it exactly), of its IPv4
 * /24 or IPv6 /48; 0 when unknown. The address itself goes nowhere.
 */
export function networkHash(secret: string, address: string | undefined): number {
  const parsed = address === undefined ? undefined : parse(address);
  if (!parsed) return 0;
  const network = parsed.toByteArray().slice(0, parsed.kind() === 'ipv4' ? 3 : 6);
  const hash = createHmac('sha256', secret)
    .update(Uint8Array.from([parsed.kind() === 'ipv4' ? 4 : 6, ...network]))
    .digest();
  return Math.max(1, hash.readUIntBE(0, 6) * 16 + (hash[6]! >> 4));
}

/** IPv4 that comes mapped into IPv6 is IPv4; a port or zone, as some proxies write them, is left off. */
function parse(text: string): Address | undefined {
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text)?.[1] ?? text;
  const address = bare.replace(/%.*$/, '');
  return ipaddr.isValid(address) ? ipaddr.process(address) : undefined;
}

function inside(address: Address, [first, bits]: Range): boolean {
  if (address.kind() === 'ipv4' && first.kind() === 'ipv4')
    return address.match([first, bits] as [ipaddr.IPv4, number]);
  if (address.kind() === 'ipv6' && first.kind() === 'ipv6')
    return address.match([first, bits] as [ipaddr.IPv6, number]);
  return false;
}
