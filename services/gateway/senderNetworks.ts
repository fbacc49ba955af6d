import { networkHash, senderAddress, type Range } from './sourceNetwork.ts';

/** Senders remembered, and the longest of their names that is: together at most a few megabytes. */
const mostSenders = 20_000;
const longestName = 128;

/**
 * The network of each request's sender, remembered: to read the addresses and to hash the network takes longer than all
 * else that is done before a small body is parsed, and most requests of a minute come from connections seen before.
 */
export class SenderNetworks {
  readonly #secret: string;
  readonly #trusted: Range[];
  readonly #known = new Map<string, number>();

  constructor(secret: string, trusted: Range[]) {
    this.#secret = secret;
    this.#trusted = trusted;
  }

  /** As `networkHash` of the `senderAddress`: 0 when the sender cannot be told. */
  of(peer: string | undefined, forwarded: string): number {
    const name = forwarded === '' ? (peer ?? '') : `${peer}\n${forwarded}`;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const network = networkHash(this.#secret, senderAddress(peer, forwarded, this.#trusted));
    if (name.length <= longestName) this.#remember(name, network);
    return network;
  }

  #remember(name: string, network: number): void {
    // The one remembered longest goes; a busy sender is soon back.
    if (this.#known.size >= mostSenders) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(name, network);
  }
}
