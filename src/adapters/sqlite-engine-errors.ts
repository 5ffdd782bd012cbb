/**
 * What SQLite says of a failure is sorted into two kinds: the disk is full (rolled back, and
 * reading goes on), or something is broken and the process must not go on.
 */
import { EngineError } from '../ports/key-value-engine.ts'

const SQLITE_FULL = 13
const SQLITE_BUSY = 5
const SQLITE_NOTADB = 26

export function engineError(error: unknown): EngineError {
  if (error instanceof EngineError) return error
  const message = error instanceof Error ? error.message : String(error)
  return primaryCode(error) === SQLITE_FULL
    ? new EngineError('full', 'the disk has no room', { cause: error })
    : new EngineError('broken', `the database failed: ${message}`, { cause: error })
}

/** With a sentence for a person. */
export function openingError(error: unknown, path: string): EngineError {
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

/** Extended codes carry the primary one in their lowest byte. */
function primaryCode(error: unknown): number {
  const { errcode } = error as { errcode?: number }
  return typeof errcode === 'number' ? errcode & 0xff : 0
}
