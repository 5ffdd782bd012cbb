/**
 * One shard's answer to a scan: the rows of all its partitions in one order of keys, deleted and
 * expired ones included, since whoever merges the answers of several shards must see what is newer.
 *
 * Partitions are merged by their keys alone, a few at a time, and only the rows that are answered
 * are read: with hundreds of partitions, reading ahead rows of a mebibyte would fill the memory.
 */
import { compareKeys } from '../../model/key-bytes.ts'
import { isSystemKey } from '../../model/keys.ts'
import type { KeyRange, KeyValueEngine, Row } from '../../ports/key-value-engine.ts'
import type { ShardReply, ShardRequest } from '../wire.ts'
import type { RingCopy } from './ring-copy.ts'
import { rowBytes, rowToWire } from './wire-rows.ts'

/** An answer is cut short after so many bytes, estimated; the asker comes again for the rest. */
export const SCAN_BYTES_MAX = 4 * 1024 * 1024
/** Keys that are read of a partition at once. */
const KEYS_AHEAD_MIN = 4

export interface ScanOrder extends KeyRange {
  readonly limit: number
  readonly reverse: boolean
}

export interface ScannedRows {
  readonly rows: readonly Row[]
  /** There are more keys beyond the last row. Never true without a row. */
  readonly more: boolean
}

/** Throws as `scanPartitions`. A shard outside the ring says nothing rather than nothing found. */
export function answerScan(
  engine: KeyValueEngine,
  ring: RingCopy | null,
  { cluster, ...order }: Extract<ShardRequest, { kind: 'scan' }>,
): ShardReply {
  if (!ring || ring.owned.length === 0) {
    return { kind: 'error', reason: 'this shard holds no partition of a ring' }
  }
  if (ring.document.cluster !== cluster) {
    return { kind: 'error', reason: 'this shard belongs to another cluster' }
  }
  const { version } = ring.document
  const { rows, more } = scanPartitions(engine, ring.owned, order)
  return { kind: 'scan', version, rows: rows.map(rowToWire), more }
}

/** Throws EngineError `damaged` when one of the rows is: then nobody knows what stands there. */
export function scanPartitions(
  engine: KeyValueEngine,
  partitions: readonly number[],
  order: ScanOrder,
): ScannedRows {
  const heap = new CursorHeap(order.reverse)
  for (const partition of partitions) heap.push(new KeyCursor(engine, partition, order, partitions))
  const rows: Row[] = []
  let bytes = 0
  for (let cursor = heap.first; cursor?.key !== undefined; cursor = heap.first) {
    if (rows.length >= order.limit || bytes >= SCAN_BYTES_MAX) return { rows, more: true }
    const row = isSystemKey(cursor.key) ? undefined : engine.get(cursor.partition, cursor.key)
    if (row) {
      rows.push(row)
      bytes += rowBytes(row)
    }
    cursor.advance()
    heap.firstHasMoved()
  }
  return { rows, more: false }
}

/** The keys of one partition in a range, one after another. */
class KeyCursor {
  readonly partition: number
  /** The present key; undefined = it is through. */
  key: string | undefined
  private readonly engine: KeyValueEngine
  private readonly order: ScanOrder
  private readonly aheadMax: number
  private ahead: readonly string[] = []
  private next = 0

  constructor(
    engine: KeyValueEngine,
    partition: number,
    order: ScanOrder,
    partitions: readonly number[],
  ) {
    this.engine = engine
    this.partition = partition
    this.order = order
    const share = Math.ceil((2 * order.limit) / partitions.length)
    this.aheadMax = Math.max(KEYS_AHEAD_MIN, share)
    this.read(order)
  }

  advance(): void {
    this.next += 1
    const last = this.key
    if (this.next >= this.ahead.length && last !== undefined) this.readBeyond(last)
    else this.key = this.ahead[this.next]
  }

  private readBeyond(last: string): void {
    const { from, to, reverse } = this.order
    if (this.ahead.length < this.aheadMax) this.key = undefined
    else this.read(reverse ? { from, to: last } : { from: `${last}\0`, to })
  }

  private read(range: KeyRange): void {
    this.ahead = this.engine.keys(this.partition, range, this.aheadMax, this.order.reverse)
    this.next = 0
    this.key = this.ahead[0]
  }
}

/** Cursors with the one whose key comes first on top; those that are through leave. */
class CursorHeap {
  private readonly direction: number
  private readonly cursors: KeyCursor[] = []

  constructor(reverse: boolean) {
    this.direction = reverse ? -1 : 1
  }

  get first(): KeyCursor | undefined {
    return this.cursors[0]
  }

  push(cursor: KeyCursor): void {
    if (cursor.key === undefined) return
    let at = this.cursors.push(cursor) - 1
    while (at > 0 && this.isBefore(at, (at - 1) >> 1)) at = this.swap(at, (at - 1) >> 1)
  }

  /** Puts the first one where its key belongs now. */
  firstHasMoved(): void {
    if (this.first?.key === undefined) {
      const last = this.cursors.pop()
      if (last && this.cursors.length > 0) this.cursors[0] = last
    }
    let at = 0
    for (;;) {
      const left = 2 * at + 1
      const child = this.isBefore(left + 1, left) ? left + 1 : left
      if (!this.isBefore(child, at)) return
      at = this.swap(at, child)
    }
  }

  private isBefore(a: number, b: number): boolean {
    const keyA = this.cursors[a]?.key
    const keyB = this.cursors[b]?.key
    if (keyA === undefined || keyB === undefined) return false
    return compareKeys(keyA, keyB) * this.direction < 0
  }

  private swap(at: number, other: number): number {
    const [a, b] = [this.cursors[at], this.cursors[other]]
    if (a && b) {
      this.cursors[at] = b
      this.cursors[other] = a
    }
    return other
  }
}
