/**
 * The partition of a key, as Java's client chooses it, so that a reading of a floor goes to the
 * same partition whichever client sends it. The hash is Murmur 2 with Kafka's seed.
 *
 * (The client library's own partitioner differs where partitions are not a power of two; its
 * compatible one takes minutes for a key of a megabyte.)
 */
const SEED = 0x9747b28c
const MULTIPLIER = 0x5bd1e995

export function partitionOf(key: Buffer, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions
}

/** A signed integer of 32 bits. */
export function murmur2(data: Buffer): number {
  const whole = data.length - (data.length % 4)
  let hash = SEED ^ data.length
  for (let at = 0; at < whole; at += 4) {
    const scrambled = Math.imul(data.readInt32LE(at), MULTIPLIER)
    const mixed = Math.imul(scrambled ^ (scrambled >>> 24), MULTIPLIER)
    hash = Math.imul(hash, MULTIPLIER) ^ mixed
  }
  if (whole < data.length) {
    hash = Math.imul(hash ^ data.readUIntLE(whole, data.length - whole), MULTIPLIER)
  }
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER)
  return hash ^ (hash >>> 15)
}
