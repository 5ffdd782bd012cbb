/**
 * A replica's rows in one SQLite file: versioned rows, merged and committed in groups, fsynced
 * before `apply` returns. The file is locked for as long as it is open, since a second process on
 * it would be a second replica under the same identity, with a cache that lies.
 */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Version } from '../model/version.ts'
import type {
  Hint,
  KeyRange,
  KeyValueEngine,
  PartitionDigest,
  PartitionedRow,
  Row,
  RowHeader,
} from '../ports/key-value-engine.ts'
import { bucketOf, DigestSum, headerHashOf, textHashOf } from '../store/row-digest.ts'
import { judge } from './row-intake.ts'
import { Checkpointer, ownedFile, startPageMover, writeAheadLogOf } from './sqlite-checkpoint.ts'
import { engineError, openingError } from './sqlite-engine-errors.ts'
import { HintTable } from './sqlite-engine-hints.ts'
import { headerOf, isDeadRow, isSound, rowOf, standingOf } from './sqlite-engine-rows.ts'
import {
  boundsOf,
  engineStatements,
  type HeaderColumns,
  type LifeColumns,
  limitBytes,
  type PlaceColumns,
  PRAGMAS,
  prepareSchema,
  type RowColumns,
  type Statements,
} from './sqlite-engine-tables.ts'
import { isCounted, LiveTally } from './sqlite-engine-tally.ts'

export interface SqliteEngineOptions {
  /** The file, made with its folder when missing; `:memory:` for none. */
  readonly path: string
  /** The file never grows beyond this; default: as large as the disk. */
  readonly bytesMax?: number
  /** How long the file's former owner is waited for. */
  readonly lockWaitMs?: number
}

const LOCK_WAIT_MS = 2_000

/** Throws EngineError with a sentence for a person when the file cannot be used. */
export function openSqliteEngine(options: SqliteEngineOptions): KeyValueEngine {
  const { path, bytesMax, lockWaitMs = LOCK_WAIT_MS } = options
  let database: DatabaseSync | undefined
  try {
    if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true })
    database = new DatabaseSync(ownedFile(path), { timeout: lockWaitMs })
    database.exec(PRAGMAS)
    if (bytesMax) limitBytes(database, bytesMax)
    prepareSchema(database, path)
    const checkpointer = new Checkpointer(writeAheadLogOf(database), () => startPageMover(path))
    return new SqliteEngine(database, checkpointer)
  } catch (error) {
    database?.close()
    throw openingError(error, path)
  }
}

class SqliteEngine implements KeyValueEngine {
  private readonly database: DatabaseSync
  private readonly statements: Statements
  private readonly tally: LiveTally
  private readonly hintTable: HintTable
  private readonly checkpointer: Checkpointer

  constructor(database: DatabaseSync, checkpointer: Checkpointer) {
    this.database = database
    this.checkpointer = checkpointer
    this.statements = engineStatements(database)
    this.tally = new LiveTally(this.statements)
    this.hintTable = new HintTable(this.statements)
  }

  get(partition: number, key: string): Row | undefined {
    return reading(() => {
      const columns = this.statements.row.get(partition, key) as RowColumns | undefined
      return columns && rowOf(columns)
    })
  }

  apply(rows: readonly PartitionedRow[]): readonly Version[] {
    return this.transaction(() => rows.map((row) => this.takeIn(row)))
  }

  scan(partition: number, range: KeyRange, limit: number, reverse: boolean): readonly Row[] {
    return reading(() => this.columnsIn(partition, range, limit, reverse).map(rowOf))
  }

  keys(partition: number, range: KeyRange, limit: number, reverse: boolean): readonly string[] {
    const { keys } = this.statements.ranges[reverse ? 'down' : 'up']
    return reading(() => {
      const found = keys.all(partition, ...boundsOf(range), limit) as unknown[]
      return (found as [string][]).map(([key]) => key)
    })
  }

  count(nowMs: number): number {
    return reading(() => this.tally.at(nowMs))
  }

  digest(partition: number, deadBeforeMs: number): PartitionDigest {
    return reading(() => {
      const sum = new DigestSum()
      // One by one: the texts of a partition together may be larger than the memory.
      for (const columns of this.statements.whole.iterate(partition) as Iterable<unknown>) {
        const header = headerOf(columns as RowColumns, deadBeforeMs)
        if (header) sum.add(headerHashOf(header))
      }
      return sum.digest()
    })
  }

  headers(
    partition: number,
    { from, limit, deadBeforeMs, buckets }: Parameters<KeyValueEngine['headers']>[1],
  ): { readonly headers: readonly RowHeader[]; readonly next: string | null } {
    return reading(() => {
      const found = this.columnsIn(partition, { from, to: null }, limit, false)
      const headers = found.flatMap((columns) => {
        if (buckets && !buckets.has(bucketOf(columns[0]))) return []
        return headerOf(columns, deadBeforeMs) ?? []
      })
      const last = found.at(-1)
      return { headers, next: last && found.length === limit ? `${last[0]}\0` : null }
    })
  }

  purge(partition: number, deadBeforeMs: number, limit: number): number {
    const dead: PlaceColumns[] = []
    reading(() => {
      for (const columns of this.statements.lives.iterate(partition) as Iterable<unknown>) {
        if (dead.length === limit) break
        const life = columns as LifeColumns
        if (isDeadRow(life, deadBeforeMs)) dead.push([life[0], life[4], life[5]])
      }
    })
    if (dead.length > 0) this.transaction(() => this.remove(partition, dead))
    return dead.length
  }

  clear(partition: number, limit: number): number {
    return this.transaction(() => {
      const found = this.statements.places.all(partition, limit) as unknown[]
      this.remove(partition, found as PlaceColumns[])
      this.hintTable.dropAllOf(partition)
      return found.length
    })
  }

  partitions(): readonly number[] {
    const found: number[] = []
    const from = (partition: number) =>
      (this.statements.partitionFrom.get(partition) as unknown as [number | null])[0]
    return reading(() => {
      for (let next = from(0); next !== null; next = from(next + 1)) found.push(next)
      return found
    })
  }

  noteHints(hints: readonly Hint[]): void {
    this.transaction(() => {
      for (const hint of hints) this.hintTable.note(hint)
    })
  }

  hints(target: string, limit: number): readonly Hint[] {
    return reading(() => this.hintTable.list(target, limit))
  }

  hintCounts(): ReadonlyMap<string, number> {
    return this.hintTable.counts
  }

  dropHints(hints: readonly Hint[]): void {
    this.transaction(() => {
      for (const hint of hints) this.hintTable.drop(hint)
    })
  }

  getMeta(name: string): string | undefined {
    return reading(() => (this.statements.meta.get(name) as [string] | undefined)?.[0])
  }

  setMeta(name: string, value: string): void {
    this.transaction(() => this.statements.setMeta.run(name, value))
  }

  close(): void {
    if (!this.database.isOpen) return
    this.checkpointer.stop()
    this.database.close()
  }

  private columnsIn(partition: number, range: KeyRange, limit: number, reverse: boolean) {
    const { rows } = this.statements.ranges[reverse ? 'down' : 'up']
    return rows.all(partition, ...boundsOf(range), limit) as unknown[] as RowColumns[]
  }

  private takeIn(row: PartitionedRow): Version {
    const { partition, key, text, version, missedBy } = row
    const hash = textHashOf(text)
    const held = this.replace(row, hash) ? version : this.judged(row, hash)
    for (const target of missedBy ?? []) this.hintTable.note({ target, partition, key })
    return held
  }

  /**
   * Most often a value takes the place of an older one and both live until further notice. Then one
   * statement does it all, and nothing has to be counted anew; any other row is judged.
   */
  private replace(row: PartitionedRow, hash: number | null): boolean {
    const { partition, key, text, version, expiresMs, intake } = row
    if (intake !== undefined || text === null || expiresMs !== null) return false
    const { order, time, writer } = version
    const { replace } = this.statements
    return replace.run(partition, key, text, order, time, writer, hash).changes === 1
  }

  private judged(row: PartitionedRow, hash: number | null): Version {
    const { partition, key } = row
    const header = this.statements.header.get(partition, key) as HeaderColumns | undefined
    const { take, held } = judge(row, standingOf(header))
    if (take === 'row' || (take === 'again' && this.isDamaged(row))) this.put(row, hash, header)
    if (take === 'promise') {
      this.statements.promise.run(partition, key, held.order, held.time, held.writer)
    }
    return held
  }

  private put(row: PartitionedRow, hash: number | null, header: HeaderColumns | undefined): void {
    const { partition, key, text, version, expiresMs } = row
    const { order, time, writer } = version
    this.statements.put.run(partition, key, text, order, time, writer, expiresMs, hash)
    if (header) this.tally.left(isCounted(partition, key, header[4] === 1), header[3])
    this.tally.came(isCounted(partition, key, text !== null), expiresMs)
  }

  private isDamaged({ partition, key }: PartitionedRow): boolean {
    const columns = this.statements.row.get(partition, key) as RowColumns | undefined
    return columns !== undefined && !isSound(columns)
  }

  private remove(partition: number, places: readonly PlaceColumns[]): void {
    for (const [key, expiresMs, hasText] of places) {
      this.statements.delete.run(partition, key)
      this.tally.left(isCounted(partition, key, hasText === 1), expiresMs)
    }
  }

  private transaction<T>(work: () => T): T {
    this.checkpointer.assertSound()
    const result = this.committed(work)
    this.checkpointer.committed()
    return result
  }

  private committed<T>(work: () => T): T {
    const undone = [this.tally.mark(), this.hintTable.mark()]
    try {
      this.statements.begin.run()
      const result = work()
      this.tally.save()
      this.statements.commit.run()
      return result
    } catch (error) {
      for (const undo of undone) undo()
      this.rollBack()
      throw engineError(error)
    }
  }

  /** After some failures SQLite has rolled back by itself. */
  private rollBack(): void {
    try {
      if (this.database.isTransaction) this.database.exec('ROLLBACK')
    } catch (error) {
      throw engineError(error)
    }
  }
}

function reading<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw engineError(error)
  }
}
