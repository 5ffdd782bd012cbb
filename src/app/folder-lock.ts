/**
 * One owner for a folder. The lock is a transaction that SQLite holds open on a small file: the
 * operating system releases it when the process ends in whatever way, so there is no stale lock to
 * delete after a crash.
 */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { makeDataFolder } from './data-folder.ts'
import { CommandError } from './output.ts'

const LOCK_FILE = 'in-use.lock'

/** Holds the open locks: a database that nobody refers to is closed by the garbage collector. */
const held = new Set<DatabaseSync>()

export interface FolderLock {
  release(): void
}

/**
 * Makes the folder where it is missing. Throws CommandError when that cannot be done, or when
 * another process owns it.
 */
export function lockFolder(folder: string): FolderLock {
  makeDataFolder(folder)
  const database = new DatabaseSync(join(folder, LOCK_FILE), { timeout: 0 })
  try {
    database.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    throw new CommandError(
      `The folder is in use: another process runs on ${folder}. Stop it, or choose another ` +
        'folder with --data-dir.',
      { cause: error },
    )
  }
  held.add(database)
  return {
    release() {
      held.delete(database)
      database.close()
    },
  }
}
