/**
 * A time limit for what another side may never answer, by the clock that the asker goes by. The
 * timer is gone as soon as the answer is there: requests come by the thousand.
 */
import type { Clock } from '../ports/clock.ts'

/** One for all: an error of its own for each answer in time would be made for nothing. */
const IN_TIME = new Error('it was answered in time')

/** What `answer` settles with, or undefined after timeoutMs. */
export async function withinTime<T>(
  clock: Clock,
  timeoutMs: number,
  answer: Promise<T>,
): Promise<T | undefined> {
  const done = new AbortController()
  const timeUp = clock.sleep(timeoutMs, done.signal).then(
    () => undefined,
    () => answer,
  )
  try {
    return await Promise.race([answer, timeUp])
  } finally {
    done.abort(IN_TIME)
  }
}

/** Why nothing was heard. */
export function lateReason(timeoutMs: number): string {
  return `no answer within ${Math.round(timeoutMs)} ms`
}
