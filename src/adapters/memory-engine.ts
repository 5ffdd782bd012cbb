/**
 * A replica's rows in memory, for simulation and tests. What a disk would keep stands in an object
 * of its own, so that a shard can be stopped and started again on the same "disk", or on an empty
 * one; the disk may have a size, and is then full at some point like any other.
 */
import { compareKeys } from '../model/key-bytes.ts'
import { isSystemKey } from '../model/keys.ts'
import { must } from '../model/must.ts'
import { compareVersions } from '../model/version.ts'
import {
  EngineError,
  type KeyRange,
  type KeyValueEngine,
  type PartitionedRow,
  type Row,
  UNPLACED,
} from '../ports/key-value-engine.ts'

interface Partition {
  readonly rows: Map<string, Row>
  /** The keys in order; null = not sorted since one was added. */
  sorted: readonly string[] | null
}

export class MemoryDisk {
  readonly partitions = new Map<number, Partition>()
  readonly meta = new Map<string, string>()
  /** Room for keys, texts and facts, in characters; may be changed at any time. */
  bytesMax = Number.POSITIVE_INFINITY
  bytes = 0
}

export function openMemoryEngine(disk = new MemoryDisk()): KeyValueEngine {
  return {
    get: (partition, key) => disk.partitions.get(partition)?.rows.get(key),
    apply: (rows) => allOrNothing(disk, rows),
    scan: (partition, range, limit, reverse) =>
      keysIn(disk, partition, range, limit, reverse).map((key) => rowOf(disk, partition, key)),
    keys: (partition, range, limit, reverse) => keysIn(disk, partition, range, limit, reverse),
    count: (nowMs) => countLive(disk, nowMs),
    getMeta: (name) => disk.meta.get(name),
    setMeta(name, value) {
      const grownBytes = value.length - (disk.meta.get(name)?.length ?? -name.length)
      if (disk.bytes + grownBytes > disk.bytesMax) throw fullError(disk)
      disk.bytes += grownBytes
      disk.meta.set(name, value)
    },
    close() {},
  }
}

function allOrNothing(disk: MemoryDisk, rows: readonly PartitionedRow[]) {
  const undone: (() => void)[] = []
  const versions = rows.map((row) => {
    const present = disk.partitions.get(row.partition)?.rows.get(row.key)
    if (present && compareVersions(row.version, present.version) <= 0) return present.version
    undone.push(put(disk, row, present))
    return row.version
  })
  if (undone.length > 0 && disk.bytes > disk.bytesMax) {
    for (const undo of undone.reverse()) undo()
    throw fullError(disk)
  }
  return versions
}

/** Returns what takes it back. */
function put(
  disk: MemoryDisk,
  { partition: number, ...row }: PartitionedRow,
  present: Row | undefined,
): () => void {
  const partition = disk.partitions.get(number) ?? { rows: new Map(), sorted: null }
  disk.partitions.set(number, partition)
  const grownBytes = bytesOf(row) - (present ? bytesOf(present) : 0)
  disk.bytes += grownBytes
  partition.rows.set(row.key, row)
  if (!present) partition.sorted = null
  return () => {
    disk.bytes -= grownBytes
    if (present) partition.rows.set(row.key, present)
    else partition.rows.delete(row.key)
    partition.sorted = null
  }
}

function bytesOf({ key, text }: Row): number {
  return key.length + (text?.length ?? 0)
}

function rowOf(disk: MemoryDisk, partition: number, key: string): Row {
  return must(disk.partitions.get(partition)?.rows.get(key))
}

function keysIn(
  disk: MemoryDisk,
  number: number,
  { from, to }: KeyRange,
  limit: number,
  reverse: boolean,
): readonly string[] {
  const partition = disk.partitions.get(number)
  if (!partition) return []
  partition.sorted ??= [...partition.rows.keys()].sort(compareKeys)
  const start = firstAtLeast(partition.sorted, from)
  const end = to === null ? partition.sorted.length : firstAtLeast(partition.sorted, to)
  if (!reverse) return partition.sorted.slice(start, Math.min(end, start + limit))
  return partition.sorted.slice(Math.max(start, end - limit), Math.max(start, end)).reverse()
}

/** Where the first of the ordered keys stands that is not below the bound. */
function firstAtLeast(keys: readonly string[], bound: string): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareKeys(keys[middle] ?? '', bound) < 0) low = middle + 1
    else high = middle
  }
  return low
}

function countLive(disk: MemoryDisk, nowMs: number): number {
  let count = 0
  for (const [number, { rows }] of disk.partitions) {
    if (number === UNPLACED) continue
    for (const { key, text, expiresMs } of rows.values()) {
      if (text !== null && (expiresMs === null || expiresMs > nowMs) && !isSystemKey(key))
        count += 1
    }
  }
  return count
}

function fullError({ bytesMax }: MemoryDisk): EngineError {
  return new EngineError('full', `the disk has no room (${bytesMax} bytes)`)
}
