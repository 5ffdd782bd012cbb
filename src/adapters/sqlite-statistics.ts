/**
 * The historical half-hour averages in one SQLite table, that of the contract. A file which the
 * original wrote is opened as it is: it has no unique index and may hold a half hour twice, so a
 * row is replaced by deleting what stands there, and of several rows for one half hour the last one
 * counts.
 */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Metric } from '../model/alert.ts'
import type { SlotKey, SlotStatistics, StatisticsTable } from '../ports/statistics.ts'

const COLUMNS = ['ts_iso', 'weekday', 'halfhour', 'floor', 'kw', 'corrente', 'tensione', 'dkwh']
const METRIC_COLUMNS: readonly (readonly [string, Metric])[] = [
  ['kw', 'kw'],
  ['corrente', 'corrente'],
  ['tensione', 'tensione'],
  ['dkwh', 'delta_kwh'],
]

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS readings (
    ts_iso TEXT NOT NULL, weekday INTEGER NOT NULL, halfhour INTEGER NOT NULL,
    floor INTEGER NOT NULL, kw REAL, corrente REAL, tensione REAL, dkwh REAL
  )`
const INDEX = `CREATE INDEX IF NOT EXISTS readings_floor_start ON readings (floor, ts_iso)`
const DELETE = 'DELETE FROM readings WHERE floor = ? AND ts_iso = ?'
const INSERT = `INSERT INTO readings (${COLUMNS.join(', ')}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`
const FLOORS = 'SELECT DISTINCT floor FROM readings ORDER BY floor'
const SELECT = `
  SELECT weekday, halfhour, kw, corrente, tensione, dkwh FROM readings
  WHERE rowid IN (SELECT max(rowid) FROM readings WHERE floor = ? GROUP BY ts_iso)`
/** Another process may be writing the same file. */
const BUSY_WAIT_MS = 5_000

export interface StatisticsOptions {
  /** The file, made with its folder when missing; `:memory:` for none. */
  readonly path: string
}

/** Throws when the file cannot be opened or holds another table of that name. */
export function openStatistics({ path }: StatisticsOptions): StatisticsTable {
  const database = ensureDatabase(path)
  const remove = database.prepare(DELETE)
  const insert = database.prepare(INSERT)
  const listFloors = database.prepare(FLOORS)
  const select = database.prepare(SELECT)
  return {
    floors: () => listFloors.all().map(({ floor }) => Number(floor)),
    read: (floor) => summarise(floor, select.iterate(floor)),
    insert(rows) {
      database.exec('BEGIN IMMEDIATE')
      try {
        for (const row of rows) {
          remove.run(row.floor, row.startIso)
          const { startIso, weekday, halfHour, floor, kw, corrente, tensione, dkwh } = row
          insert.run(startIso, weekday, halfHour, floor, kw, corrente, tensione, dkwh)
        }
        database.exec('COMMIT')
      } catch (error) {
        database.exec('ROLLBACK')
        throw error
      }
    },
    close: () => database.close(),
  }
}

function ensureDatabase(path: string): DatabaseSync {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true })
  const database = new DatabaseSync(path, { timeout: BUSY_WAIT_MS })
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;')
  database.exec(SCHEMA)
  const present = database.prepare('PRAGMA table_info(readings)').all()
  const missing = COLUMNS.filter((column) => !present.some(({ name }) => name === column))
  if (missing.length > 0) {
    database.close()
    throw new Error(
      `The table "readings" in ${path} lacks ${missing.join(', ')}. Name another file.`,
    )
  }
  database.exec(INDEX)
  return database
}

/** Welford's running mean and spread: exact enough for volts, where sums of squares are not. */
interface Tally {
  count: number
  mean: number
  spread: number
}

type Slot = Omit<SlotKey, 'metric'>
type Tallies = readonly (readonly [metric: Metric, column: string, tally: Tally])[]

function summarise(
  floor: number,
  rows: Iterable<Record<string, unknown>>,
): readonly (SlotKey & SlotStatistics)[] {
  const slots = new Map<string, { slot: Slot; tallies: Tallies }>()
  for (const row of rows) {
    const name = `${row.weekday}/${row.halfhour}`
    const known = slots.get(name) ?? { slot: slotOf(floor, row), tallies: newTallies() }
    slots.set(name, known)
    for (const [, column, tally] of known.tallies) {
      const value = row[column]
      if (typeof value === 'number') add(tally, value)
    }
  }
  return [...slots.values()].flatMap(({ slot, tallies }) =>
    tallies
      .filter(([, , tally]) => tally.count > 0)
      .map(([metric, , tally]) => ({ ...slot, metric, ...statisticsOf(tally) })),
  )
}

function slotOf(floor: number, { weekday, halfhour }: Record<string, unknown>): Slot {
  return { floor, weekday: Number(weekday), halfHour: Number(halfhour) }
}

function newTallies(): Tallies {
  return METRIC_COLUMNS.map(([column, metric]) => [
    metric,
    column,
    { count: 0, mean: 0, spread: 0 },
  ])
}

function add(tally: Tally, value: number): void {
  const off = value - tally.mean
  tally.count += 1
  tally.mean += off / tally.count
  tally.spread += off * (value - tally.mean)
}

function statisticsOf({ count, mean, spread }: Tally): SlotStatistics {
  return { count, mean, standardDeviation: count < 2 ? 0 : Math.sqrt(spread / (count - 1)) }
}
