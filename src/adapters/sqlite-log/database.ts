/**
 * The file behind the log. WAL, so that readers and the writer of several processes do not wait for
 * each other; `synchronous=FULL`, so that a transaction is on the disk when it has ended. What need
 * not survive a power cut (heartbeats of group members) is written without waiting for the disk;
 * the next full transaction takes it along.
 *
 * SQLite waits for a lock by sleeping, and with it the whole process. So it waits for a few
 * milliseconds only; whoever needs longer tries again later (see writer.ts).
 */
import { DatabaseSync } from 'node:sqlite'
import { LogError } from '../../ports/log.ts'
import { asLogError } from './errors.ts'

/** Marks a file as a log of EnergyGuard: "EGLG". */
const APPLICATION_ID = 0x45_47_4c_47
const SCHEMA_VERSION = 1

/** While opening, nothing else happens in the process anyway. */
const OPENING_LOCK_WAIT_MS = 5_000
/** The event loop stands still for so long at most. */
export const LOCK_WAIT_MS = 3
/** The WAL is cut back to this size after a burst. */
const WAL_BYTES_KEPT = 16 * 1024 * 1024

const SCHEMA = `
  CREATE TABLE topics (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, generation TEXT NOT NULL,
    compacted INTEGER NOT NULL, retention_ms INTEGER
  ) STRICT;
  CREATE TABLE partitions (
    topic INTEGER NOT NULL, partition INTEGER NOT NULL,
    first_offset INTEGER NOT NULL, next_offset INTEGER NOT NULL,
    PRIMARY KEY (topic, partition)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE records (
    topic INTEGER NOT NULL, partition INTEGER NOT NULL, offset INTEGER NOT NULL,
    key TEXT, value TEXT NOT NULL, appended_ms INTEGER NOT NULL,
    PRIMARY KEY (topic, partition, offset)
  ) STRICT, WITHOUT ROWID;
  -- Of compacted topics: where the newest record of each key stands.
  CREATE TABLE newest (
    topic INTEGER NOT NULL, partition INTEGER NOT NULL, key TEXT NOT NULL, offset INTEGER NOT NULL,
    PRIMARY KEY (topic, partition, key)
  ) STRICT, WITHOUT ROWID;
  -- member: who reads for the group, NULL when nobody does. generation grows with each takeover.
  CREATE TABLE leases (
    topic INTEGER NOT NULL, consumers TEXT NOT NULL, generation INTEGER NOT NULL,
    member TEXT, renewed_ms INTEGER NOT NULL, lease_ms INTEGER NOT NULL,
    PRIMARY KEY (topic, consumers)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE commits (
    topic INTEGER NOT NULL, consumers TEXT NOT NULL, partition INTEGER NOT NULL,
    next_offset INTEGER NOT NULL,
    PRIMARY KEY (topic, consumers, partition)
  ) STRICT, WITHOUT ROWID;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`

/** When the log was in use (log-time.ts). Files of the first days have none yet. */
const SCHEMA_OF_MARKS =
  'CREATE TABLE IF NOT EXISTS marks (at_ms INTEGER PRIMARY KEY) STRICT, WITHOUT ROWID'

/** Makes the file when it is missing. Throws LogError when it cannot be used. */
export function openDatabase(path: string): DatabaseSync {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(path, { timeout: OPENING_LOCK_WAIT_MS })
    prepare(database, path)
    return database
  } catch (error) {
    database?.close()
    throw asLogError(error, path)
  }
}

function prepare(database: DatabaseSync, path: string): void {
  if (!isEmpty(database)) refuseOthers(database, path)
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA journal_size_limit = ${WAL_BYTES_KEPT};
  `)
  inTransaction(database, () => {
    if (isEmpty(database)) database.exec(SCHEMA)
    database.exec(SCHEMA_OF_MARKS)
  })
  database.exec(`PRAGMA busy_timeout = ${LOCK_WAIT_MS}`)
}

/** Before anything is changed in it. */
function refuseOthers(database: DatabaseSync, path: string): void {
  const id = pragma(database, 'application_id')
  const version = pragma(database, 'user_version')
  if (id === APPLICATION_ID && version === SCHEMA_VERSION) return
  const message = `${path} is not a log that this version knows (${id}, version ${version}).`
  throw new LogError('unavailable', message, 'Name another file, or move this one away.')
}

function isEmpty(database: DatabaseSync): boolean {
  return database.prepare('SELECT 1 FROM sqlite_schema').get() === undefined
}

export function pragma(database: DatabaseSync, name: string): unknown {
  return Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]
}

/** fsynced: on the disk when the transaction has ended. relaxed: a power cut may take it back. */
export type Durability = 'fsynced' | 'relaxed'

/** All that `work` does, or nothing when it throws. Holds the lock of the file from the start. */
export function inTransaction<T>(
  database: DatabaseSync,
  work: () => T,
  durability: Durability = 'fsynced',
): T {
  if (durability === 'relaxed') database.exec('PRAGMA synchronous = NORMAL')
  try {
    database.exec('BEGIN IMMEDIATE')
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  } finally {
    if (durability === 'relaxed') database.exec('PRAGMA synchronous = FULL')
  }
}

/** Reads the file as it stands at one moment, whatever other processes do meanwhile. */
export function atOneMoment<T>(database: DatabaseSync, read: () => T): T {
  database.exec('BEGIN')
  try {
    return read()
  } finally {
    database.exec('COMMIT')
  }
}
