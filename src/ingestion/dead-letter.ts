/**
 * What could not be read is kept, with the reason and the place it came from, so that a person can
 * mend the sender and look at what was lost. A long value is cut to a size that any broker takes;
 * its hash and length then say which value it was.
 *
 * The key names partition and offset: after a crash the same dead letter may be appended again, and
 * is recognised by its key.
 */
import type { NewRecord } from '../ports/log.ts'
import type { RejectedRecord } from './batch-plan.ts'

/** The longest value kept whole, bytes of UTF-8. */
export const DEAD_LETTER_VALUE_BYTES_MAX = 32 * 1024
/**
 * One append carries at most so much, bytes of UTF-8; brokers limit a whole batch to about 1 MB.
 */
export const DEAD_LETTER_APPEND_BYTES_MAX = 256 * 1024

/** SHA-256 of a text's UTF-8 bytes, in hexadecimal. */
export type Hash = (text: string) => string

export interface DeadLetter {
  readonly reason: string
  readonly field: string
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** As it was sent, or its beginning; then the two fields below are there. */
  readonly value: string
  readonly sha256?: string
  readonly original_bytes?: number
}

const encoder = new TextEncoder()

/** The record for the dead-letter topic. `valueBytesMax`: what is longer is cut and hashed. */
export function deadLetterRecord(
  { record, field, reason }: RejectedRecord,
  topic: string,
  valueBytesMax: number,
  hash: Hash,
): NewRecord {
  const { partition, offset } = record
  const place = { reason, field, topic, partition, offset }
  const letter: DeadLetter = { ...place, ...keptValue(record.value, valueBytesMax, hash) }
  return { key: `${partition}-${offset}`, value: JSON.stringify(letter) }
}

function keptValue(value: string, bytesMax: number, hash: Hash) {
  const bytes = encoder.encode(value).length
  if (bytes <= bytesMax) return { value }
  // Whole characters only: `read` never ends inside one.
  const { read } = encoder.encodeInto(value, new Uint8Array(bytesMax))
  return { value: value.slice(0, read), sha256: hash(value), original_bytes: bytes }
}

/** Runs of records, in order, of at most `bytesMax` together; a longer one stands alone. */
export function appendsOf(
  records: readonly NewRecord[],
  bytesMax = DEAD_LETTER_APPEND_BYTES_MAX,
): readonly (readonly NewRecord[])[] {
  const appends: NewRecord[][] = []
  let room = 0
  for (const record of records) {
    const bytes = encoder.encode(record.value).length
    if (bytes > room || appends.length === 0) {
      appends.push([])
      room = bytesMax
    }
    appends.at(-1)?.push(record)
    room -= bytes
  }
  return appends
}
