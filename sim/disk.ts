/**
 * A machine's disk: an engine that outlives the processes that open it, with everything that can
 * happen to it. It fills up and gets room again, fails in the middle of a commit (of which it kept
 * all or nothing), is slow, loses the meaning of a row, or is replaced by an empty one.
 *
 * Faults are put in front of the engine and not into it, so memory and SQLite give the same run.
 */
import { MemoryDisk, openMemoryEngine } from '../src/adapters/memory-engine.ts'
import { openSqliteEngine } from '../src/adapters/sqlite-engine.ts'
import { assert } from '../src/model/must.ts'
import { compareVersions, type Version } from '../src/model/version.ts'
import {
  EngineError,
  type Hint,
  type KeyValueEngine,
  type PartitionDigest,
  type PartitionedRow,
  type Row,
  type RowHeader,
} from '../src/ports/key-value-engine.ts'
import type { Random } from '../src/ports/random.ts'
import { digestOf } from '../src/store/row-digest.ts'

export type EngineKind = 'memory' | 'sqlite'

export interface DiskFaults {
  /** Of each commit: that the process dies in it. */
  crashChance: number
  /** Of each commit: that it fails for good, and the process must end by itself. */
  brokenChance: number
  /** Of each commit: that it takes long. */
  slowChance: number
}

const SLOW_MS_MAX = 1_500

/** What the disk asks of the process that has it open. */
export interface DiskUser {
  readonly isOver: () => boolean
  readonly crash: () => void
  readonly stall: (ms: number) => void
}

/** Told of what has happened on the disk. */
export interface DiskWatch {
  /** This fact about the replica stands there from now on. */
  fact(name: string, value: string): void
  /** These hints are no more. */
  dropped(hints: readonly Hint[]): void
  emptied(): void
}

export class SimDisk {
  readonly faults: DiskFaults
  isFull = false
  watch: DiskWatch = { fact: () => {}, dropped: () => {}, emptied: () => {} }
  /** What is really there; no fault stands before it. */
  engine: KeyValueEngine
  private readonly kind: EngineKind
  private readonly random: Random
  private readonly damaged = new Set<string>()
  private memory = new MemoryDisk()

  constructor(kind: EngineKind, random: Random, faults: DiskFaults) {
    this.kind = kind
    this.random = random
    this.faults = faults
    this.engine = this.newEngine()
  }

  /** An empty disk in place of this one. */
  replace(): void {
    this.engine.close()
    this.memory = new MemoryDisk()
    this.engine = this.newEngine()
    this.damaged.clear()
    this.watch.emptied()
  }

  /** Takes a row away as if it had never been; only a bug does that. */
  forget(partition: number, key: string): void {
    assert(this.kind === 'memory', 'mutants run on memory')
    const rest = this.memory.partitions.get(partition)
    rest?.rows.delete(key)
    if (rest) rest.sorted = null
  }

  /** What was promised for a key, or for all, was never written down; only a bug does that. */
  forgetPromises(key?: string): void {
    assert(this.kind === 'memory', 'mutants run on memory')
    for (const { promises } of this.memory.partitions.values()) {
      if (key === undefined) promises.clear()
      else promises.delete(key)
    }
  }

  /** The row of this key can no longer be read, until it is written again. */
  damage(key: string): void {
    this.damaged.add(key)
  }

  isDamaged(key: string): boolean {
    return this.damaged.has(key)
  }

  open(user: DiskUser): KeyValueEngine {
    const { engine } = this
    const always = <A extends unknown[], R>(write: (...args: A) => R) => {
      return (...args: A) => this.commit(user, true, () => write.apply(engine, args))
    }
    return {
      ...bound(engine),
      get: (partition, key) => this.whole(engine.get(partition, key)),
      apply: (rows) => this.apply(user, rows),
      scan: (...range) => engine.scan(...range).map((row) => this.whole(row)),
      digest: (partition, deadBeforeMs) => this.digest(partition, deadBeforeMs),
      headers: (...query) => {
        const { headers, next } = engine.headers(...query)
        return { headers: headers.map((header) => this.asItStands(header)), next }
      },
      purge: always(engine.purge),
      clear: always(engine.clear),
      noteHints: always(engine.noteHints),
      dropHints: always((hints: readonly Hint[]) => {
        engine.dropHints(hints)
        this.watch.dropped(hints)
      }),
      setMeta: (name, value) => this.setMeta(user, name, value),
      close() {},
    }
  }

  private apply(user: DiskUser, rows: readonly PartitionedRow[]): readonly Version[] {
    const changes = rows.filter((row) => this.changes(row))
    return this.commit(user, changes.length > 0, () => {
      const versions = this.engine.apply(rows)
      this.mended(rows, versions)
      return versions
    })
  }

  /** Rows that were written are whole, also where the process died right after it. */
  private mended(rows: readonly PartitionedRow[], versions: readonly Version[]): void {
    for (const [index, row] of rows.entries()) {
      const held = versions[index]
      const isRow = row.intake !== 'promise' && held && compareVersions(held, row.version) === 0
      if (isRow) this.damaged.delete(row.key)
    }
  }

  private setMeta(user: DiskUser, name: string, value: string): void {
    this.commit(user, true, () => {
      this.engine.setMeta(name, value)
      this.watch.fact(name, value)
    })
  }

  /** One transaction, and what may happen to the process in it. */
  private commit<T>(user: DiskUser, isWriting: boolean, write: () => T): T {
    if (isWriting) this.mustWrite(user)
    const { crashChance, brokenChance, slowChance } = this.faults
    const fate = this.random.unit()
    const isKept = this.random.chance(0.5)
    const isCrash = fate < crashChance
    const isFatal = fate < crashChance + brokenChance
    const result = isFatal && !isKept ? undefined : { of: write() }
    if (isCrash) user.crash()
    if (isFatal || !result) {
      throw new EngineError('broken', isCrash ? 'the process died in a commit' : 'an fsync failed')
    }
    if (this.random.chance(slowChance)) user.stall(1 + this.random.below(SLOW_MS_MAX))
    return result.of
  }

  private mustWrite(user: DiskUser): void {
    if (user.isOver()) throw new EngineError('broken', 'a dead process cannot write')
    if (this.isFull) throw new EngineError('full', 'the disk has no room')
  }

  private newEngine(): KeyValueEngine {
    return this.kind === 'memory'
      ? openMemoryEngine(this.memory)
      : openSqliteEngine({ path: ':memory:' })
  }

  /** Does the engine write anything for it? A ballot or a hint may be new, that is not asked. */
  private changes({ partition, key, version, intake, missedBy }: PartitionedRow): boolean {
    const present = this.engine.get(partition, key)
    if (!present || intake === 'promise' || missedBy?.length) return true
    const isNewer = compareVersions(version, present.version)
    return isNewer > 0 || (isNewer === 0 && this.damaged.has(key))
  }

  private whole<R extends Row | undefined>(row: R): R {
    if (row && this.damaged.has(row.key)) {
      throw new EngineError('damaged', `the row of ${row.key} is not what was written`)
    }
    return row
  }

  private digest(partition: number, deadBeforeMs: number): PartitionDigest {
    if (this.damaged.size === 0) return this.engine.digest(partition, deadBeforeMs)
    const query = { from: '', limit: Number.MAX_SAFE_INTEGER, deadBeforeMs, buckets: null }
    const { headers } = this.engine.headers(partition, query)
    return digestOf(headers.map((header) => this.asItStands(header)))
  }

  /** A damaged row has another hash than the one that was written. */
  private asItStands(header: RowHeader): RowHeader {
    if (!this.damaged.has(header.key)) return header
    return { ...header, hash: header.hash === null ? 0 : (header.hash ^ 1) >>> 0 }
  }
}

function bound(engine: KeyValueEngine) {
  return {
    keys: engine.keys.bind(engine),
    count: engine.count.bind(engine),
    partitions: engine.partitions.bind(engine),
    hints: engine.hints.bind(engine),
    hintCounts: engine.hintCounts.bind(engine),
    getMeta: engine.getMeta.bind(engine),
  }
}
