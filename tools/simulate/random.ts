/**
 * A small seeded generator (sfc32, public domain, by Chris Doty-Humphrey): the same seed tells the same fleet on every machine.
 * `fork` gives an independent stream for a label, so that device 7 lives the same life whatever the devices before it drew.
 */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Whole number in [min, max]. */
  integer(min: number, max: number): number;
  chance(probability: number): boolean;
  /** One of the items by weight. */
  pick<Item>(items: readonly Item[], weight: (item: Item) => number): Item;
  /** Lower-case text of a version 4 UUID. */
  uuid(): string;
  fork(label: number): Random;
}

export function createRandom(seed: number, stream = 0): Random {
  let a = seed >>> 0;
  let b = Math.floor(seed / 2 ** 32) >>> 0;
  let c = stream >>> 0;
  let counter = (Math.floor(stream / 2 ** 32) + 1) >>> 0;

  function word(): number {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  }
  // The first words still show the seed; twelve are the author's own count for a full mix.
  for (let warmUp = 0; warmUp < 12; warmUp += 1) word();

  const random: Random = {
    next: () => word() / 2 ** 32,
    integer: (min, max) => min + Math.floor(random.next() * (max - min + 1)),
    chance: (probability) => random.next() < probability,
    pick(items, weight) {
      const total = items.reduce((sum, item) => sum + weight(item), 0);
      let at = random.next() * total;
      for (const item of items) {
        at -= weight(item);
        if (at < 0) return item;
      }
      const last = items.at(-1);
      if (last === undefined) throw new RangeError('nothing to pick from');
      return last;
    },
    uuid() {
      const hex = [word(), word(), word(), word()].map((each) => each.toString(16).padStart(8, '0')).join('');
      const variant = ((parseInt(hex[16]!, 16) & 3) | 8).toString(16);
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
    },
    fork: (label) => createRandom(seed, stream * 1_000_003 + label + 1),
  };
  return random;
}
