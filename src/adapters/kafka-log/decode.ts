/**
 * From what a broker answers to records: the only place that knows how Kafka packs them. A chunk
 * says how far it reaches, because holes are normal: compaction removes records, and markers of
 * transactions take offsets without being records.
 */
import type { LogRecord } from '../../ports/log.ts'

export interface PackedRecord {
  readonly offsetDelta: number
  readonly timestampDelta: bigint
  readonly key: Buffer | null
  readonly value: Buffer | null
}

export interface PackedBatch {
  readonly attributes: number
  readonly firstOffset: bigint
  readonly lastOffsetDelta: number
  readonly firstTimestamp: bigint
  readonly maxTimestamp: bigint
  readonly records: readonly PackedRecord[]
}

export interface Chunk {
  /** Ascending by offset; may be empty although the chunk reaches further. */
  readonly records: readonly LogRecord[]
  /** The offset to ask for next. */
  readonly next: number
}

/** Bits of a batch's attributes. */
const APPEND_TIME = 0b1000
const CONTROL = 0b10_0000

/** `from`: the offset that was asked for; a batch is answered whole, also its records before it. */
export function decodeChunk(
  partition: number,
  from: number,
  batches: readonly PackedBatch[],
): Chunk {
  const records: LogRecord[] = []
  let next = from
  for (const batch of batches) {
    const first = Number(batch.firstOffset)
    next = Math.max(next, first + batch.lastOffsetDelta + 1)
    if (batch.attributes & CONTROL) continue
    for (const packed of batch.records) {
      const offset = first + packed.offsetDelta
      if (offset >= from) records.push(decodeRecord(partition, offset, batch, packed))
    }
  }
  return { records, next }
}

/** A record without a value, as other clients write to delete a key, is a record of no text. */
function decodeRecord(
  partition: number,
  offset: number,
  { attributes, firstTimestamp, maxTimestamp }: PackedBatch,
  { key, value, timestampDelta }: PackedRecord,
): LogRecord {
  const stamp = attributes & APPEND_TIME ? maxTimestamp : firstTimestamp + timestampDelta
  return {
    partition,
    offset,
    key: key === null ? null : key.toString(),
    value: value === null ? '' : value.toString(),
    appendedMs: Number(stamp),
  }
}
