/**
 * How a stage rides out an outage of the log or the store: it tries the same thing again, waiting a
 * little longer each time, until it is done or the stage is asked to stop. The waits are bounded
 * and carry chance, so that stages which lost the same broker do not come back in step.
 *
 * The first failure of a wait is a warning, the rest are for debugging: an outage is said once.
 */
import type { Clock } from './clock.ts'
import { type Log, LogError, type NewRecord, type Position } from './log.ts'
import type { Random } from './random.ts'
import type { Trace } from './trace.ts'

export interface PatienceWorld {
  readonly clock: Clock
  readonly random: Random
  readonly trace: Trace
}

export type Attempt<T> =
  | { readonly kind: 'done'; readonly value: T }
  /** Not yet: why, and how long the other side asked us to wait at least. */
  | { readonly kind: 'again'; readonly reason: string; readonly afterMs?: number }

export const WAIT_MS_FIRST = 100
/** No wait is longer, whatever the other side asks for. */
export const WAIT_MS_MAX = 5_000

/** The wait before attempt `failures` + 1; `chance` (0 <= x < 1) takes away up to half of it. */
export function waitMs(failures: number, chance: number, askedMs = 0): number {
  const grown = WAIT_MS_FIRST * 2 ** Math.min(failures - 1, 20)
  return Math.min(WAIT_MS_MAX, Math.max(grown * (1 - chance / 2), askedMs))
}

/**
 * Attempts until done. Notes `fact` at the first failure and `{fact}.over` when it has passed.
 * Rejects with the signal's reason if it is aborted in between, and with whatever `attempt` throws.
 */
export async function untilDone<T>(
  { clock, random, trace }: PatienceWorld,
  fact: string,
  signal: AbortSignal,
  attempt: () => Promise<Attempt<T>>,
): Promise<T> {
  const startMs = clock.monotonicMs()
  for (let failures = 0; ; failures += 1) {
    const outcome = await attempt()
    if (outcome.kind === 'done') {
      const waitedMs = Math.round(clock.monotonicMs() - startMs)
      if (failures > 0) trace.note('info', { kind: `${fact}.over`, failures, waitedMs })
      return outcome.value
    }
    trace.note(failures === 0 ? 'warn' : 'debug', { kind: fact, reason: outcome.reason })
    await clock.sleep(waitMs(failures + 1, random.unit(), outcome.afterMs), signal)
  }
}

/**
 * Appends, through outages of the log. Records may stand in the log twice afterwards, so they need
 * an idempotent meaning. Rejects with LogError when waiting cannot help.
 */
export function appendPatiently(
  world: PatienceWorld & { readonly log: Log },
  topic: string,
  records: readonly NewRecord[],
  signal: AbortSignal,
): Promise<readonly Position[]> {
  return untilDone(world, 'log.waiting', signal, () =>
    whenReachable(() => world.log.append(topic, records)),
  )
}

/** One attempt at something that the log may be out of reach for. */
export async function whenReachable<T>(ask: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { kind: 'done', value: await ask() }
  } catch (error) {
    if (!(error instanceof LogError) || error.code !== 'unavailable') throw error
    return { kind: 'again', reason: error.message }
  }
}
