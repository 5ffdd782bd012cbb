/**
 * What time it is as far as the log can believe it. A wall clock that leaps ahead makes every
 * record old at once, and what nobody has read yet would be removed. A clock that was set wrong
 * looks like a machine that slept or was off, but for this: it is set right before long.
 *
 * So the log marks the time while it is in use. Between two marks that lie far apart the clock
 * leapt, or the log was not in use; such a leap counts only once the log has been in use for a day
 * after it. Until then records are kept for as much longer.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { Writer } from './writer.ts'

export const MARK_EVERY_MS = 10 * 60_000
/** Marks that are further apart than this have a leap between them. */
export const LEAP_MS_MIN = 3 * MARK_EVERY_MS
/** In use for so long after a leap, the log believes it. */
export const LEAP_BELIEVED_MS = 24 * 60 * 60_000
/** They reach back for twice that time in use. */
const MARKS_MAX = (2 * LEAP_BELIEVED_MS) / MARK_EVERY_MS

/** `marks`: the newest first, none later than now. Without marks the clock is believed. */
export function believedMs(
  nowMs: number,
  marks: readonly number[],
  leapBelievedMs: number = LEAP_BELIEVED_MS,
): number {
  let [inUseMs, leaptMs, untilMs] = [0, 0, nowMs]
  for (const mark of marks) {
    if (inUseMs >= leapBelievedMs) break
    const stepMs = untilMs - mark
    if (stepMs > LEAP_MS_MIN) leaptMs += stepMs
    else inUseMs += stepMs
    untilMs = mark
  }
  return nowMs - leaptMs
}

export interface LogTime {
  /** Marks the time when it is due, and says what time to go by. */
  tell(nowMs: number): Promise<number>
}

const SELECT = `
  SELECT at_ms AS atMs FROM marks WHERE at_ms <= ? ORDER BY at_ms DESC LIMIT ${MARKS_MAX}`
/** Marks of a time that has not come were made by a clock that has been put back since. */
const REMOVE = 'DELETE FROM marks WHERE at_ms > ? OR at_ms < ?'
const INSERT = 'INSERT OR IGNORE INTO marks (at_ms) VALUES (?)'

export function keepLogTime(
  database: DatabaseSync,
  writer: Writer,
  leapBelievedMs: number = LEAP_BELIEVED_MS,
): LogTime {
  const select = database.prepare(SELECT)
  const remove = database.prepare(REMOVE)
  const insert = database.prepare(INSERT)
  return {
    async tell(nowMs) {
      const marks = select.all(nowMs).map(({ atMs }) => Number(atMs))
      const [newest = Number.NEGATIVE_INFINITY] = marks
      if (nowMs - newest >= MARK_EVERY_MS) {
        const run = () => {
          remove.run(nowMs, marks.at(-1) ?? nowMs)
          insert.run(nowMs)
        }
        await writer.submit({ run, durability: 'relaxed', bytes: 0 })
      }
      return believedMs(nowMs, marks, leapBelievedMs)
    },
  }
}
