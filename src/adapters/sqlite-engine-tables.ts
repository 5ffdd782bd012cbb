/**
 * The tables of a replica and the statements on them, in their final form. The columns `pt` and
 * `pn` belong to conditional writes (the ballot that was promised, and to whom); plain writes leave
 * them empty.
 *
 * A row is clustered under (partition, key), so a partition is one contiguous range.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { EngineError } from '../ports/key-value-engine.ts'

export const PAGE_BYTES = 4096
/**
 * Pages in the write-ahead log before they move into the file: more is faster and starts slower.
 */
const CHECKPOINT_PAGES = 4_000
/** What a large transaction made of the write-ahead log is given back beyond this. */
const LOG_BYTES_KEPT = 64 * 1024 * 1024
const CACHE_KIB = 8 * 1024

export const PRAGMAS = `
  PRAGMA page_size = ${PAGE_BYTES};
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
  PRAGMA journal_size_limit = ${LOG_BYTES_KEPT};
  PRAGMA cache_size = -${CACHE_KIB};
  PRAGMA temp_store = MEMORY;`

const SCHEMA_VERSION = 1
const SCHEMA = `
  CREATE TABLE rows (
    p INTEGER NOT NULL, k TEXT NOT NULL, v TEXT,
    o REAL NOT NULL, t INTEGER NOT NULL, n TEXT NOT NULL, e REAL, h INTEGER,
    pt INTEGER, pn TEXT,
    PRIMARY KEY (p, k)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX rows_expiring ON rows (e) WHERE e IS NOT NULL AND v IS NOT NULL;
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE tally (live INTEGER NOT NULL, at REAL NOT NULL) STRICT;
  INSERT INTO tally VALUES (0, 0);
  PRAGMA user_version = ${SCHEMA_VERSION};`

/** Makes the tables in a new file. Throws EngineError when the file is of another version. */
export function prepareSchema(database: DatabaseSync, path: string): void {
  // In exclusive mode the first transaction takes the lock, for good.
  database.exec('BEGIN IMMEDIATE')
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version)
  if (version === 0) database.exec(SCHEMA)
  database.exec('COMMIT')
  if (version > SCHEMA_VERSION) {
    const sentence = `${path} is of a newer version of EnergyGuard. Use that, or another file.`
    throw new EngineError('broken', sentence)
  }
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
/** o, t, n, e, 1 when there is a value */
export type HeaderColumns = [number, number, string, number | null, 0 | 1]

export type Statements = ReturnType<typeof engineStatements>

export function engineStatements(database: DatabaseSync) {
  const prepare = (sql: string) => database.prepare(sql, { returnArrays: true })
  return {
    begin: prepare('BEGIN IMMEDIATE'),
    commit: prepare('COMMIT'),
    row: prepare('SELECT k, v, o, t, n, e, h FROM rows WHERE p = ? AND k = ?'),
    header: prepare('SELECT o, t, n, e, v IS NOT NULL FROM rows WHERE p = ? AND k = ?'),
    put: prepare(`
      INSERT INTO rows (p, k, v, o, t, n, e, h) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (p, k) DO UPDATE SET
        v = excluded.v, o = excluded.o, t = excluded.t, n = excluded.n,
        e = excluded.e, h = excluded.h`),
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

/** To SQLite every BLOB is greater than every TEXT: the end of a range that has none. */
export const AFTER_ALL_KEYS = new Uint8Array(0)

function rangeStatements(prepare: (sql: string) => StatementSync, direction: 'ASC' | 'DESC') {
  const tail = `FROM rows WHERE p = ? AND k >= ? AND k < ? ORDER BY k ${direction} LIMIT ?`
  return {
    rows: prepare(`SELECT k, v, o, t, n, e, h ${tail}`),
    keys: prepare(`SELECT k ${tail}`),
  }
}
