/**
 * What two replicas compare to learn whether they hold the same rows: each row gives 64 bits made
 * of its key, its version and the hash of its text, and a bucket is the sum of those of its rows.
 * A sum does not ask in which order rows came, so every engine that holds the same rows says the
 * same, and nothing has to be kept up to date while rows are written.
 */

import { isConditionalKey } from '../model/keys.ts'
import {
  DIGEST_BUCKETS,
  type PartitionDigest,
  type Row,
  type RowHeader,
} from '../ports/key-value-engine.ts'
import { timeOf } from './hybrid-clock.ts'
import { mixBits, murmur3 } from './ring/hash.ts'

/** Not that of partitions: the keys of one partition have the top bits of that hash in common. */
const BUCKET_SEED = 0x2545f491
/** Two hashes of 32 bits, as JavaScript multiplies no longer ones exactly. */
const HIGH_SEED = 0x9e3779b9
const LOW_SEED = 0x7f4a7c15

/** 0 .. DIGEST_BUCKETS - 1. */
export function bucketOf(key: string): number {
  return murmur3(key, BUCKET_SEED) % DIGEST_BUCKETS
}

/** Tells bit rot; null of a tombstone. */
export function textHashOf(text: string | null): number | null {
  return text === null ? null : murmur3(text)
}

/** What one row adds to a digest. */
export interface HeaderHash {
  readonly bucket: number
  readonly high: number
  readonly low: number
}

export function headerHashOf(header: RowHeader): HeaderHash {
  const { key } = header
  return { bucket: bucketOf(key), high: hashOf(header, HIGH_SEED), low: hashOf(header, LOW_SEED) }
}

/** Adds up a digest, in whatever order. */
export class DigestSum {
  private readonly high = new Uint32Array(DIGEST_BUCKETS)
  private readonly low = new Uint32Array(DIGEST_BUCKETS)
  private rows = 0

  add({ bucket, high, low }: HeaderHash): void {
    this.high[bucket] = (this.high[bucket] ?? 0) + high
    this.low[bucket] = (this.low[bucket] ?? 0) + low
    this.rows += 1
  }

  digest(): PartitionDigest {
    const sums = Array.from(this.high, (high, bucket) => hexOf(high, this.low[bucket] ?? 0))
    return { sums, rows: this.rows }
  }
}

export function digestOf(headers: Iterable<RowHeader>): PartitionDigest {
  const sum = new DigestSum()
  for (const header of headers) sum.add(headerHashOf(header))
  return sum.digest()
}

/**
 * Does nobody need the row any more, once all replicas agree on it? Its version and, where it has a
 * text, its expiry are below the moment. A row of a conditional key is needed for ever.
 */
export function isDead(
  { key, version, expiresMs }: Omit<Row, 'text'>,
  isTombstone: boolean,
  deadBeforeMs: number,
): boolean {
  const isGone = isTombstone || (expiresMs !== null && expiresMs < deadBeforeMs)
  return isGone && version.time < timeOf(deadBeforeMs) && !isConditionalKey(key)
}

const bits = new DataView(new ArrayBuffer(16))

function hashOf({ key, version, hash }: RowHeader, seed: number): number {
  const { order, time, writer } = version
  // 0 and -0 are the same order.
  bits.setFloat64(0, order + 0)
  bits.setFloat64(8, time)
  let mixed = murmur3(writer, murmur3(key, seed))
  for (let word = 0; word < 16; word += 4) mixed = mixBits(mixed ^ bits.getUint32(word)) + seed
  return mixBits(hash === null ? ~mixed : mixBits(mixed ^ hash) + seed)
}

function hexOf(high: number, low: number): string {
  return high === 0 ? low.toString(16) : high.toString(16) + low.toString(16).padStart(8, '0')
}
