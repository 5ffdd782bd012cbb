/**
 * One owner for a data folder, for as long as its process lives.
 */
import { join } from 'node:path'
import { type FileLock, lockFile } from '../adapters/file-lock.ts'
import { makeDataFolder } from './data-folder.ts'
import { CommandError } from './output.ts'

const LOCK_FILE = 'in-use.lock'

/**
 * Makes the folder where it is missing. Throws CommandError when that cannot be done, or when
 * another process owns it.
 */
export function lockFolder(folder: string): FileLock {
  makeDataFolder(folder)
  try {
    return lockFile(join(folder, LOCK_FILE), 0)
  } catch (error) {
    throw new CommandError(
      `The folder is in use: another process runs on ${folder}. Stop it, or choose another ` +
        'folder with --data-dir.',
      { cause: error },
    )
  }
}
