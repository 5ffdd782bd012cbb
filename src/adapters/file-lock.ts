/**
 * One owner for a place on the disk. The lock is a transaction that SQLite holds open on a small
 * file: the operating system releases it when the process ends in whatever way, so there is no
 * stale lock to delete after a crash.
 */
import { DatabaseSync } from 'node:sqlite'

/** Holds the open locks: a database that nobody refers to is closed by the garbage collector. */
const held = new Set<DatabaseSync>()

export interface FileLock {
  release(): void
}

/**
 * Makes the file where it is missing; its folder must be there. Waits so long for a former owner,
 * and then throws what SQLite says (`errcode` 5, SQLITE_BUSY).
 */
export function lockFile(path: string, waitMs: number): FileLock {
  const database = new DatabaseSync(path, { timeout: waitMs })
  try {
    database.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    throw error
  }
  held.add(database)
  return {
    release() {
      held.delete(database)
      database.close()
    },
  }
}
