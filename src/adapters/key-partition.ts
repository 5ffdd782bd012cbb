/**
 * Which partition a key belongs to: murmur2 over the bytes of the key, as Kafka's own default
 * partitioner does it, so that both logs, and any other Kafka client, agree.
 */
const SEED = 0x9747b28c
const MULTIPLIER = 0x5bd1e995

/** 0 <= partition < partitions. */
export function partitionOfKey(key: string, partitions: number): number {
  return (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions
}

/** A signed 32-bit hash. */
export function murmur2(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const tail = bytes.byteLength & ~3
  let hash = SEED ^ bytes.byteLength
  for (let at = 0; at < tail; at += 4) {
    const word = Math.imul(view.getInt32(at, true), MULTIPLIER)
    hash = Math.imul(hash, MULTIPLIER) ^ Math.imul(word ^ (word >>> 24), MULTIPLIER)
  }
  for (let at = bytes.byteLength - 1; at >= tail; at -= 1) {
    hash ^= view.getUint8(at) << (8 * (at - tail))
    if (at === tail) hash = Math.imul(hash, MULTIPLIER)
  }
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER)
  return hash ^ (hash >>> 15)
}
