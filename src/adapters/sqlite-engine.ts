/**
 * A replica's rows in one SQLite file: versioned rows, merged and committed in groups, fsynced
 * before `apply` returns. The file is locked for as long as it is open, since a second process on
 * it would be a second replica under the same identity, with a cache that lies.
 *
 * What SQLite says of a failure is sorted into two kinds here: the disk is full (rolled back, and
 * reading goes on), or something is broken and the process must not go on.
 */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { compareVersions, type Version } from '../model/version.ts'
import {
  EngineError,
  type KeyRange,
  type KeyValueEngine,
  type PartitionedRow,
  type Row,
} from '../ports/key-value-engine.ts'
import { murmur3 } from '../store/ring/hash.ts'
import {
  AFTER_ALL_KEYS,
  engineStatements,
  type HeaderColumns,
  PAGE_BYTES,
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
    database = new DatabaseSync(path, { timeout: lockWaitMs })
    database.exec(PRAGMAS)
    if (bytesMax) database.exec(`PRAGMA max_page_count = ${Math.ceil(bytesMax / PAGE_BYTES)}`)
    prepareSchema(database, path)
    return new SqliteEngine(database)
  } catch (error) {
    database?.close()
    throw openingError(error, path)
  }
}

class SqliteEngine implements KeyValueEngine {
  private readonly database: DatabaseSync
  private readonly statements: Statements
  private readonly tally: LiveTally

  constructor(database: DatabaseSync) {
    this.database = database
    this.statements = engineStatements(database)
    this.tally = new LiveTally(this.statements)
  }

  get(partition: number, key: string): Row | undefined {
    return reading(() => {
      const columns = this.statements.row.get(partition, key) as RowColumns | undefined
      return columns && rowOf(columns)
    })
  }

  apply(rows: readonly PartitionedRow[]): readonly Version[] {
    return this.transaction(() => {
      const versions = rows.map((row) => this.merge(row))
      this.tally.save()
      return versions
    })
  }

  scan(partition: number, range: KeyRange, limit: number, reverse: boolean): readonly Row[] {
    const { rows } = this.statements.ranges[reverse ? 'down' : 'up']
    return reading(() => {
      const found = rows.all(partition, ...boundsOf(range), limit) as unknown[]
      return (found as RowColumns[]).map(rowOf)
    })
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

  getMeta(name: string): string | undefined {
    return reading(() => (this.statements.meta.get(name) as [string] | undefined)?.[0])
  }

  setMeta(name: string, value: string): void {
    this.transaction(() => this.statements.setMeta.run(name, value))
  }

  close(): void {
    if (this.database.isOpen) this.database.close()
  }

  private merge(row: PartitionedRow): Version {
    const { partition, key, text, version, expiresMs } = row
    const header = this.statements.header.get(partition, key) as HeaderColumns | undefined
    const present = header && { order: header[0], time: header[1], writer: header[2] }
    if (present && !this.isReplaced(row, present)) return present
    const { order, time, writer } = version
    const hash = hashOf(text)
    this.statements.put.run(partition, key, text, order, time, writer, expiresMs, hash)
    if (header) this.tally.left(isCounted(partition, key, header[4] === 1), header[3])
    this.tally.came(isCounted(partition, key, text !== null), expiresMs)
    return version
  }

  /** The same version again is the same write; it is written again only to mend a damaged row. */
  private isReplaced({ partition, key, version }: PartitionedRow, present: Version): boolean {
    const difference = compareVersions(version, present)
    if (difference !== 0) return difference > 0
    const columns = this.statements.row.get(partition, key) as RowColumns | undefined
    return columns !== undefined && !isSound(columns)
  }

  private transaction<T>(work: () => T): T {
    const undoTally = this.tally.mark()
    try {
      this.statements.begin.run()
      const result = work()
      this.statements.commit.run()
      return result
    } catch (error) {
      undoTally()
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

/** Detects bit rot; the same hash on every replica. Null of a tombstone. */
function hashOf(text: string | null): number | null {
  return text === null ? null : murmur3(text)
}

function isSound([, text, , , , , hash]: RowColumns): boolean {
  return hashOf(text) === hash
}

function rowOf(columns: RowColumns): Row {
  const [key, text, order, time, writer, expiresMs] = columns
  if (!isSound(columns)) {
    throw new EngineError('damaged', `the value of ${JSON.stringify(key)} is not what was written`)
  }
  return { key, text, version: { order, time, writer }, expiresMs }
}

function boundsOf({ from, to }: KeyRange): [string, string | Uint8Array] {
  return [from, to ?? AFTER_ALL_KEYS]
}

function reading<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw engineError(error)
  }
}

const SQLITE_FULL = 13
const SQLITE_BUSY = 5
const SQLITE_NOTADB = 26

function engineError(error: unknown): EngineError {
  if (error instanceof EngineError) return error
  const message = error instanceof Error ? error.message : String(error)
  return primaryCode(error) === SQLITE_FULL
    ? new EngineError('full', 'the disk has no room', { cause: error })
    : new EngineError('broken', `the database failed: ${message}`, { cause: error })
}

/** Extended codes carry the primary one in their lowest byte. */
function primaryCode(error: unknown): number {
  const { errcode } = error as { errcode?: number }
  return typeof errcode === 'number' ? errcode & 0xff : 0
}

function openingError(error: unknown, path: string): EngineError {
  if (error instanceof EngineError) return error
  const code = primaryCode(error)
  if (code === SQLITE_FULL) {
    return new EngineError('full', `There is no room on the disk for ${path}.`, { cause: error })
  }
  const sentence =
    code === SQLITE_BUSY
      ? `${path} is in use: another process has it open. Stop it, or name another file.`
      : code === SQLITE_NOTADB
        ? `${path} is not a database. Name another file, or move it away.`
        : `${path} cannot be opened.`
  return new EngineError('broken', sentence, { cause: error })
}
