/**
 * What a log in a file says when something does not work: one place, so that every rejection is a
 * LogError and carries a sentence that helps.
 */
import { LogError } from '../../ports/log.ts'

/** SQLite's primary result codes; node:sqlite gives the extended ones, whose low byte they are. */
const BUSY = 5
const LOCKED = 6
const READ_ONLY = 8
const FULL = 13
const CANNOT_OPEN = 14

const REMEDIES: Readonly<Record<number, string>> = {
  [BUSY]: 'See which process holds the file; writing is tried again.',
  [LOCKED]: 'See which process holds the file; writing is tried again.',
  [READ_ONLY]: 'Make the file and its folder writable for this user.',
  [FULL]: 'Free space on its disk; writing goes on by itself then.',
  [CANNOT_OPEN]: 'Make sure that its folder is there and writable for this user.',
}
const OTHER_REMEDY = 'Look at the disk; if the file is damaged, move it away and start again.'

export const unknownTopic = (topic: string) =>
  new LogError('unknown-topic', `There is no topic "${topic}".`, 'Declare it before using it.')

export const closedLog = () =>
  new LogError('closed', 'The log is closed.', 'Open it again, or stop what still uses it.')

export const recordTooLarge = (bytes: number, bytesMax: number) =>
  new LogError(
    'record-too-large',
    `A record of ${bytes} bytes (key and value) is over the limit of ${bytesMax}.`,
    'Send less in one record.',
  )

export const queueFull = (bytesMax: number) =>
  new LogError(
    'unavailable',
    `${bytesMax} bytes wait to be written to the log already.`,
    'Wait, then append again.',
  )

/** An error of SQLite as a LogError; anything else is a bug and stays what it is. */
export function asLogError(error: unknown, path: string): unknown {
  const code = resultCode(error)
  if (code === undefined) return error
  const message = `The log in ${path} cannot be used: ${(error as Error).message}.`
  return new LogError('unavailable', message, REMEDIES[code] ?? OTHER_REMEDY, { cause: error })
}

/** Another connection holds the file; trying again helps. */
export function isLocked(error: unknown): boolean {
  const code = resultCode(error)
  return code === BUSY || code === LOCKED
}

function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined
}
