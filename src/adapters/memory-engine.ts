/**
 * A replica's rows in memory, for simulation and tests. What a disk would keep stands in an object
 * of its own, so that a shard can be stopped and started again on the same "disk", or on an empty
 * one; the disk may have a size, and is then full at some point like any other.
 */
import { compareKeys } from '../model/key-bytes.ts'
import { isSystemKey } from '../model/keys.ts'
import { must } from '../model/must.ts'
import type { Version } from '../model/version.ts'
import {
  EngineError,
  type Hint,
  type KeyRange,
  type KeyValueEngine,
  type PartitionDigest,
  type PartitionedRow,
  type Row,
  type RowHeader,
  UNPLACED,
} from '../ports/key-value-engine.ts'
import { bucketOf, DigestSum, headerHashOf, isDead, textHashOf } from '../store/row-digest.ts'
import { judge } from './row-intake.ts'

interface Partition {
  readonly rows: Map<string, Row>
  readonly promises: Map<string, Version>
  /** The keys of the rows in order; null = not sorted since one was added. */
  sorted: readonly string[] | null
}

export class MemoryDisk {
  readonly partitions = new Map<number, Partition>()
  /** By target, then by partition and key. */
  readonly hints = new Map<string, Map<string, Hint>>()
  readonly meta = new Map<string, string>()
  /** Room for keys, texts, hints and facts, in characters; may be changed at any time. */
  bytesMax = Number.POSITIVE_INFINITY
  bytes = 0
}

export function openMemoryEngine(disk = new MemoryDisk()): KeyValueEngine {
  return {
    get: (partition, key) => disk.partitions.get(partition)?.rows.get(key),
    apply: (rows) => committed(disk, (undone) => rows.map((row) => takeIn(disk, row, undone))),
    scan: (...range) => rowsIn(disk, ...range),
    keys: (...range) => rowsIn(disk, ...range).map(({ key }) => key),
    count: (nowMs) => countLive(disk, nowMs),
    digest: (partition, deadBeforeMs) => digestOfPartition(disk, partition, deadBeforeMs),
    headers: (partition, query) => headersIn(disk, partition, query),
    purge: (partition, deadBeforeMs, limit) => purge(disk, partition, deadBeforeMs, limit),
    clear: (partition, limit) => clear(disk, partition, limit),
    partitions: () => partitionsOf(disk),
    noteHints: (hints) =>
      committed(disk, (undone) => {
        for (const hint of hints) noteHint(disk, hint, undone)
      }),
    hints: (target, limit) => hintsFor(disk, target).slice(0, limit),
    hintCounts: () => new Map([...disk.hints].map(([target, { size }]) => [target, size])),
    dropHints(hints) {
      for (const hint of hints) dropHint(disk, hint)
    },
    getMeta: (name) => disk.meta.get(name),
    setMeta: (name, value) => committed(disk, (undone) => setMeta(disk, name, value, undone)),
    close() {},
  }
}

/** What takes back each change of a transaction. */
type Undone = (() => void)[]

/** All or nothing, as the disk has room. */
function committed<T>(disk: MemoryDisk, work: (undone: Undone) => T): T {
  const undone: Undone = []
  const bytesBefore = disk.bytes
  const result = work(undone)
  if (undone.length > 0 && disk.bytes > disk.bytesMax) {
    for (const undo of undone.reverse()) undo()
    disk.bytes = bytesBefore
    throw new EngineError('full', `the disk has no room (${disk.bytesMax} bytes)`)
  }
  return result
}

function takeIn(disk: MemoryDisk, row: PartitionedRow, undone: Undone): Version {
  const partition = partitionAt(disk, row.partition)
  const accepted = partition.rows.get(row.key)?.version
  const promised = partition.promises.get(row.key)
  const { take, held } = judge(row, { accepted, promised })
  if (take === 'row') undone.push(put(disk, partition, row))
  if (take === 'promise') {
    disk.bytes += promised ? 0 : row.key.length
    undone.push(putInto(partition.promises, row.key, held))
  }
  for (const target of row.missedBy ?? []) noteHint(disk, { ...row, target }, undone)
  return held
}

/** Returns what takes it back. */
function put(disk: MemoryDisk, partition: Partition, from: PartitionedRow): () => void {
  const { key, text, version, expiresMs } = from
  const row: Row = { key, text, version, expiresMs }
  const present = partition.rows.get(key)
  disk.bytes += bytesOf(row) - (present ? bytesOf(present) : 0)
  const undo = putInto(partition.rows, key, row)
  if (!present) partition.sorted = null
  return () => {
    undo()
    partition.sorted = null
  }
}

function putInto<K, V>(map: Map<K, V>, key: K, value: V): () => void {
  const present = map.get(key)
  map.set(key, value)
  return () => {
    if (present === undefined) map.delete(key)
    else map.set(key, present)
  }
}

function partitionAt(disk: MemoryDisk, number: number): Partition {
  const found = disk.partitions.get(number)
  if (found) return found
  const made: Partition = { rows: new Map(), promises: new Map(), sorted: null }
  disk.partitions.set(number, made)
  return made
}

function bytesOf({ key, text }: Row): number {
  return key.length + (text?.length ?? 0)
}

function setMeta(disk: MemoryDisk, name: string, value: string, undone: Undone): void {
  disk.bytes += value.length - (disk.meta.get(name)?.length ?? -name.length)
  undone.push(putInto(disk.meta, name, value))
}

function rowsIn(
  disk: MemoryDisk,
  number: number,
  { from, to }: KeyRange,
  limit: number,
  reverse: boolean,
): readonly Row[] {
  const partition = disk.partitions.get(number)
  if (!partition) return []
  partition.sorted ??= [...partition.rows.keys()].sort(compareKeys)
  const { sorted } = partition
  const start = firstAtLeast(sorted, from)
  const end = to === null ? sorted.length : firstAtLeast(sorted, to)
  const keys = reverse
    ? sorted.slice(Math.max(start, end - limit), Math.max(start, end)).reverse()
    : sorted.slice(start, Math.min(end, start + limit))
  return keys.map((key) => must(partition.rows.get(key)))
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

/** Rows are never changed in place, so what is hashed once stays. */
const hashed = new WeakMap<Row, ReturnType<typeof hashedRow>>()

function hashedRow({ key, text, version }: Row) {
  const header = { key, version, hash: textHashOf(text) }
  return { header, sum: headerHashOf(header) }
}

function hashesOf(row: Row) {
  const known = hashed.get(row)
  if (known) return known
  const made = hashedRow(row)
  hashed.set(row, made)
  return made
}

function digestOfPartition(disk: MemoryDisk, number: number, deadBeforeMs: number) {
  const sum = new DigestSum()
  for (const row of disk.partitions.get(number)?.rows.values() ?? []) {
    if (!isDead(row, row.text === null, deadBeforeMs)) sum.add(hashesOf(row).sum)
  }
  return sum.digest() satisfies PartitionDigest
}

function headersIn(
  disk: MemoryDisk,
  number: number,
  { from, limit, deadBeforeMs, buckets }: Parameters<KeyValueEngine['headers']>[1],
): { readonly headers: readonly RowHeader[]; readonly next: string | null } {
  const rows = rowsIn(disk, number, { from, to: null }, limit, false)
  const counted = rows.filter(
    (row) =>
      !isDead(row, row.text === null, deadBeforeMs) && (!buckets || buckets.has(bucketOf(row.key))),
  )
  const last = rows.at(-1)
  return {
    headers: counted.map((row) => hashesOf(row).header),
    next: last && rows.length === limit ? `${last.key}\0` : null,
  }
}

function purge(disk: MemoryDisk, number: number, deadBeforeMs: number, limit: number): number {
  const partition = disk.partitions.get(number)
  const rows = [...(partition?.rows.values() ?? [])]
  const dead = rows.filter((row) => isDead(row, row.text === null, deadBeforeMs)).slice(0, limit)
  if (partition) for (const { key } of dead) remove(disk, partition, key)
  return dead.length
}

function clear(disk: MemoryDisk, number: number, limit: number): number {
  for (const hint of [...disk.hints.values()].flatMap((hints) => [...hints.values()])) {
    if (hint.partition === number) dropHint(disk, hint)
  }
  const partition = disk.partitions.get(number)
  if (!partition) return 0
  const keys = [...new Set([...partition.rows.keys(), ...partition.promises.keys()])]
  const gone = keys.slice(0, limit)
  for (const key of gone) remove(disk, partition, key)
  return gone.length
}

/** The row of a key and what was promised for it. */
function remove(disk: MemoryDisk, partition: Partition, key: string): void {
  const row = partition.rows.get(key)
  disk.bytes -= (row ? bytesOf(row) : 0) + (partition.promises.has(key) ? key.length : 0)
  partition.rows.delete(key)
  partition.promises.delete(key)
  partition.sorted = null
}

function partitionsOf(disk: MemoryDisk): readonly number[] {
  const held = [...disk.partitions].filter(
    ([number, { rows, promises }]) => number !== UNPLACED && rows.size + promises.size > 0,
  )
  return held.map(([number]) => number).sort((a, b) => a - b)
}

function noteHint(disk: MemoryDisk, { target, partition, key }: Hint, undone: Undone): void {
  const hints = disk.hints.get(target) ?? new Map<string, Hint>()
  const name = nameOf({ target, partition, key })
  if (hints.has(name)) return
  disk.hints.set(target, hints.set(name, { target, partition, key }))
  disk.bytes += hintBytes({ target, partition, key })
  undone.push(() => forgetHint(disk, { target, partition, key }))
}

function dropHint(disk: MemoryDisk, hint: Hint): void {
  if (forgetHint(disk, hint)) disk.bytes -= hintBytes(hint)
}

function forgetHint(disk: MemoryDisk, hint: Hint): boolean {
  const hints = disk.hints.get(hint.target)
  const isGone = hints?.delete(nameOf(hint)) ?? false
  if (hints?.size === 0) disk.hints.delete(hint.target)
  return isGone
}

function hintsFor(disk: MemoryDisk, target: string): readonly Hint[] {
  const hints = [...(disk.hints.get(target)?.values() ?? [])]
  return hints.sort((a, b) => a.partition - b.partition || compareKeys(a.key, b.key))
}

function nameOf({ partition, key }: Hint): string {
  return `${partition}:${key}`
}

function hintBytes({ target, key }: Hint): number {
  return target.length + key.length
}
