/**
 * The folder of a file that is about to be opened. What the operating system says of a folder that
 * cannot be used names neither the setting nor the remedy, and SQLite not even the folder.
 */
import { accessSync, constants, mkdirSync } from 'node:fs'
import { CommandError } from './output.ts'

/** Makes the folder where it is missing. Throws CommandError when nothing can be written there. */
export function makeDataFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.W_OK)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new CommandError(
      `The folder ${folder} cannot be made or written (${why}). Choose another with --data-dir.`,
      { cause: error },
    )
  }
}
