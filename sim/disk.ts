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
  type KeyValueEngine,
  type PartitionedRow,
  type Row,
} from '../src/ports/key-value-engine.ts'
import type { Random } from '../src/ports/random.ts'

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

export class SimDisk {
  readonly faults: DiskFaults
  isFull = false
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
  }

  /** Takes a row away as if it had never been; only a bug does that. */
  forget(partition: number, key: string): void {
    assert(this.kind === 'memory', 'mutants run on memory')
    const rest = this.memory.partitions.get(partition)
    rest?.rows.delete(key)
    if (rest) rest.sorted = null
  }

  /** The row of this key can no longer be read, until it is written again. */
  damage(key: string): void {
    this.damaged.add(key)
  }

  open(user: DiskUser): KeyValueEngine {
    const { engine } = this
    return {
      ...bound(engine),
      get: (partition, key) => this.whole(engine.get(partition, key)),
      apply: (rows) => this.apply(user, rows),
      scan: (...range) => engine.scan(...range).map((row) => this.whole(row)),
      setMeta: (name, value) => {
        this.mustWrite(user)
        engine.setMeta(name, value)
      },
      close() {},
    }
  }

  private apply(user: DiskUser, rows: readonly PartitionedRow[]): readonly Version[] {
    const changes = rows.filter((row) => this.changes(row))
    if (changes.length > 0) this.mustWrite(user)
    const { crashChance, brokenChance, slowChance } = this.faults
    const fate = this.random.unit()
    const isKept = this.random.chance(0.5)
    const isFatal = fate < crashChance + brokenChance
    const versions = isFatal && !isKept ? [] : this.engine.apply(rows)
    if (fate < crashChance) {
      user.crash()
      throw new EngineError('broken', 'the process died in a commit')
    }
    if (isFatal) throw new EngineError('broken', 'an fsync failed')
    for (const { key } of changes) this.damaged.delete(key)
    if (this.random.chance(slowChance)) user.stall(1 + this.random.below(SLOW_MS_MAX))
    return versions
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

  private changes({ partition, key, version }: PartitionedRow): boolean {
    const present = this.engine.get(partition, key)
    if (!present) return true
    const isNewer = compareVersions(version, present.version)
    return isNewer > 0 || (isNewer === 0 && this.damaged.has(key))
  }

  private whole<R extends Row | undefined>(row: R): R {
    if (row && this.damaged.has(row.key)) {
      throw new EngineError('damaged', `the row of ${row.key} is not what was written`)
    }
    return row
  }
}

function bound(engine: KeyValueEngine) {
  return {
    keys: engine.keys.bind(engine),
    count: engine.count.bind(engine),
    getMeta: engine.getMeta.bind(engine),
  }
}
