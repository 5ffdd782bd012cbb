/**
 * The tables of a replica and the statements on them. The columns `po`, `pt` and `pn` belong to
 * conditional keys: the ballot that was promised. A key of which nothing but a promise is known has
 * a row too, told by its time, and no statement that reads rows shows it.
 *
 * A row is clustered under (partition, key), so a partition is one contiguous range.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { CONDITIONAL_PREFIX, SYSTEM_PREFIX } from '../model/keys.ts'
import { EngineError, type KeyRange } from '../ports/key-value-engine.ts'

/**
 * Of new files. Rows are small and written in no order, and each commit writes whole pages twice,
 * into the log and later into the file: pages of half the usual size halve what is written.
 */
export const PAGE_BYTES = 2048
/** What a large transaction made of the write-ahead log is given back beyond this. */
const LOG_BYTES_KEPT = 64 * 1024 * 1024
/** Holds the pages of some 50 000 rows of the usual size. */
const CACHE_KIB = 32 * 1024

/** Pages move from the log into the file only as sqlite-checkpoint.ts says. */
export const PRAGMAS = `
  PRAGMA page_size = ${PAGE_BYTES};
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA wal_autocheckpoint = 0;
  PRAGMA journal_size_limit = ${LOG_BYTES_KEPT};
  PRAGMA cache_size = -${CACHE_KIB};
  PRAGMA temp_store = MEMORY;`

/** A file keeps the size of pages that it was made with. */
export function limitBytes(database: DatabaseSync, bytesMax: number): void {
  const pageBytes = Number(database.prepare('PRAGMA page_size').get()?.page_size)
  database.exec(`PRAGMA max_page_count = ${Math.ceil(bytesMax / pageBytes)}`)
}

const SCHEMA_VERSION = 2
const HINTS_TABLE = `
  CREATE TABLE hints (
    target TEXT NOT NULL, p INTEGER NOT NULL, k TEXT NOT NULL,
    PRIMARY KEY (target, p, k)
  ) STRICT, WITHOUT ROWID;`
const SCHEMA = `
  CREATE TABLE rows (
    p INTEGER NOT NULL, k TEXT NOT NULL, v TEXT,
    o REAL NOT NULL, t INTEGER NOT NULL, n TEXT NOT NULL, e REAL, h INTEGER,
    pt INTEGER, pn TEXT, po REAL,
    PRIMARY KEY (p, k)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX rows_expiring ON rows (e) WHERE e IS NOT NULL AND v IS NOT NULL;
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE tally (live INTEGER NOT NULL, at REAL NOT NULL) STRICT;
  INSERT INTO tally VALUES (0, 0);
  ${HINTS_TABLE}
  PRAGMA user_version = ${SCHEMA_VERSION};`

/**
 * What version 1 wrote as plain keys are conditional ones since. Their orders were times of day,
 * which would stand above every ballot for ever; below all ballots they are where they begin.
 */
const FROM_VERSION_1 = `
  ALTER TABLE rows ADD COLUMN po REAL;
  UPDATE rows SET o = 0 WHERE ${startsWith(SYSTEM_PREFIX)} OR ${startsWith(CONDITIONAL_PREFIX)};
  ${HINTS_TABLE}
  PRAGMA user_version = ${SCHEMA_VERSION};`

/**
 * Makes the tables in a new file, and brings those of an older one up to date, each in one
 * transaction. Throws EngineError when the file is of a newer version.
 */
export function prepareSchema(database: DatabaseSync, path: string): void {
  database.exec('BEGIN IMMEDIATE')
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version)
  if (version === 0) database.exec(SCHEMA)
  if (version === 1) database.exec(FROM_VERSION_1)
  database.exec('COMMIT')
  if (version > SCHEMA_VERSION) {
    const sentence = `${path} is of a newer version of EnergyGuard. Use that, or another file.`
    throw new EngineError('broken', sentence)
  }
}

function startsWith(prefix: string): string {
  return `substr(k, 1, ${prefix.length}) = '${prefix}'`
}

/** k, v, o, t, n, e, h */
export type RowColumns = [
  string,
  string | null,
  number,
  number,
  string,
  number | null,
  number | null,
]
/** o, t, n, e, 1 when there is a value; po, pt, pn: all three or none */
export type HeaderColumns = [
  ...[order: number, time: number, writer: string, expiresMs: number | null, hasText: 0 | 1],
  ...promised: [number, number, string] | [null, null, null],
]
/** k, o, t, n, e, 1 when there is a value, 1 when it was written as a tombstone */
export type LifeColumns = [string, number, number, string, number | null, 0 | 1, 0 | 1]
/** k, e, 1 when there is a value */
export type PlaceColumns = [string, number | null, 0 | 1]

export type Statements = ReturnType<typeof engineStatements>
type Prepare = (sql: string) => StatementSync

/** The time of a row that is nothing but a promise. */
export const NEVER_ACCEPTED = Number.MIN_SAFE_INTEGER
const IS_ROW = `t > ${NEVER_ACCEPTED}`

export function engineStatements(database: DatabaseSync) {
  const prepare: Prepare = (sql) => database.prepare(sql, { returnArrays: true })
  return {
    begin: prepare('BEGIN IMMEDIATE'),
    commit: prepare('COMMIT'),
    ...rowStatements(prepare),
    ...hintStatements(prepare),
    ranges: { up: rangeStatements(prepare, 'ASC'), down: rangeStatements(prepare, 'DESC') },
    meta: prepare('SELECT value FROM meta WHERE name = ?'),
    setMeta: prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)'),
    tally: prepare('SELECT live, at FROM tally'),
    setTally: prepare('UPDATE tally SET live = ?, at = ?'),
    expiring: prepare(`
      SELECT count(*) FROM rows INDEXED BY rows_expiring
      WHERE e > ? AND e <= ? AND v IS NOT NULL AND p >= 0 AND substr(k, 1, ?) <> ?`),
  }
}

function rowStatements(prepare: Prepare) {
  return {
    row: prepare(`SELECT k, v, o, t, n, e, h FROM rows WHERE p = ? AND k = ? AND ${IS_ROW}`),
    header: prepare(`
      SELECT o, t, n, e, v IS NOT NULL, po, pt, pn FROM rows WHERE p = ? AND k = ?`),
    /** Changes nothing unless a value without expiry stands there, certainly older. */
    replace: prepare(`
      UPDATE rows SET v = ?3, o = ?4, t = ?5, n = ?6, h = ?7
      WHERE p = ?1 AND k = ?2 AND (o < ?4 OR (o = ?4 AND t < ?5))
        AND v IS NOT NULL AND e IS NULL`),
    put: prepare(`
      INSERT INTO rows (p, k, v, o, t, n, e, h) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (p, k) DO UPDATE SET
        v = excluded.v, o = excluded.o, t = excluded.t, n = excluded.n,
        e = excluded.e, h = excluded.h`),
    promise: prepare(`
      INSERT INTO rows (p, k, o, t, n, po, pt, pn) VALUES (?, ?, 0, ${NEVER_ACCEPTED}, '', ?, ?, ?)
      ON CONFLICT (p, k) DO UPDATE SET po = excluded.po, pt = excluded.pt, pn = excluded.pn`),
    whole: prepare(`SELECT k, v, o, t, n, e, h FROM rows WHERE p = ? AND ${IS_ROW}`),
    lives: prepare(`
      SELECT k, o, t, n, e, v IS NOT NULL, v IS NULL AND h IS NULL
      FROM rows WHERE p = ? AND ${IS_ROW}`),
    /** Rows of whatever kind, promises too. */
    places: prepare('SELECT k, e, v IS NOT NULL FROM rows WHERE p = ? LIMIT ?'),
    delete: prepare('DELETE FROM rows WHERE p = ? AND k = ?'),
    partitionFrom: prepare('SELECT min(p) FROM rows WHERE p >= ?'),
  }
}

function hintStatements(prepare: Prepare) {
  return {
    hintCounts: prepare('SELECT target, count(*) FROM hints GROUP BY target'),
    hints: prepare('SELECT p, k FROM hints WHERE target = ? ORDER BY p, k LIMIT ?'),
    noteHint: prepare('INSERT OR IGNORE INTO hints VALUES (?, ?, ?)'),
    dropHint: prepare('DELETE FROM hints WHERE target = ? AND p = ? AND k = ?'),
    dropHintsOf: prepare('DELETE FROM hints WHERE target = ? AND p = ?'),
  }
}

/** To SQLite every BLOB is greater than every TEXT: the end of a range that has none. */
const AFTER_ALL_KEYS = new Uint8Array(0)

export function boundsOf({ from, to }: KeyRange): [string, string | Uint8Array] {
  return [from, to ?? AFTER_ALL_KEYS]
}

function rangeStatements(prepare: Prepare, direction: 'ASC' | 'DESC') {
  const range = `FROM rows WHERE p = ? AND k >= ? AND k < ? AND ${IS_ROW}`
  const tail = `${range} ORDER BY k ${direction} LIMIT ?`
  return {
    rows: prepare(`SELECT k, v, o, t, n, e, h ${tail}`),
    keys: prepare(`SELECT k ${tail}`),
  }
}
