/**
 * The 32-bit murmur2 hash with the seed of Kafka's own clients, so that every client puts a key into the same partition.
 * Source of the constants: `org.apache.kafka.common.utils.Utils.murmur2`. kafkajs computes the same with 64-bit integers;
 * this one needs no allocation.
 */
export function murmur2(data: Buffer): number {
  const m = 0x5bd1e995;
  const length = data.length;
  const tail = length & ~3;
  let h = 0x9747b28c ^ length;
  for (let at = 0; at < tail; at += 4) {
    let k = data.readInt32LE(at);
    k = Math.imul(k, m);
    k = Math.imul(k ^ (k >>> 24), m);
    h = Math.imul(h, m) ^ k;
  }
  const left = length & 3;
  if (left === 3) h ^= data[tail + 2]! << 16;
  if (left >= 2) h ^= data[tail + 1]! << 8;
  if (left >= 1) h = Math.imul(h ^ data[tail]!, m);
  h = Math.imul(h ^ (h >>> 13), m);
  return h ^ (h >>> 15);
}

/** The partition of a key among so many. */
export function partitionOf(key: Buffer, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}
