/**
 * Which of several coordinators is the caretaker: whoever has its name in one record of the store
 * and raises its beat every few seconds. The others watch the record by their own clocks, which
 * need not agree with anybody's, and take it over once it has stood still for long enough.
 *
 * Two may think for a moment that they hold it, and nothing goes wrong then: which ring follows
 * which is decided among the shards whoever proposes it, and to carry a row twice changes nothing.
 * The lease only keeps work from being done twice.
 */
import type { Clock } from '../../../ports/clock.ts'
import type { LeaseWatch } from './lease-watch.ts'
import { orAborted } from './or-aborted.ts'

export const LEASE_KEY = '_system:caretaker'

/**
 * Changes one conditional key, in a single step for all coordinators. `change` is given the text
 * that stands there (null = none) and says what shall stand there instead (null deletes), or that
 * it shall stay; it may be called several times, only the last call counts.
 */
export type ChangeKey = (
  key: string,
  change: (text: string | null) => string | null | 'leave',
) => Promise<{
  /**
   * done: it stands there. left: it was left as it was. failed: certainly nothing was changed.
   * unknown: perhaps it was.
   */
  readonly kind: 'done' | 'left' | 'unknown' | 'failed'
}>

export interface LeaseWorld {
  readonly clock: Clock
  readonly change: ChangeKey
  /** What is known of the lease: whoever else looks at it sees the same. */
  readonly watch: LeaseWatch
  readonly beatMs: number
}

/** After so much of a beat the record is asked for again when it could not be reached. */
const UNREACHED_SHARE = 1 / 4
/** At the end the lease is given back, if that takes no longer. */
const RELEASE_MS_MAX = 500

/**
 * Calls `work` each time that the lease was obtained; its signal is aborted when it is lost, or
 * when `signal` is. Resolves with the signal; rejects only when `work` does.
 */
export async function whileHolding(
  world: LeaseWorld,
  signal: AbortSignal,
  work: (tenure: AbortSignal) => Promise<void>,
): Promise<void> {
  let tenure: Tenure | null = null
  while (!signal.aborted) {
    const { isHeld, isReached } = await beat(world, signal)
    if (isHeld && !tenure) tenure = new Tenure(work)
    if (!isHeld && tenure) {
      await tenure.end()
      tenure = null
    }
    const pauseMs = isReached ? world.beatMs : world.beatMs * UNREACHED_SHARE
    const pause = world.clock.sleep(pauseMs, signal).catch(() => {})
    await Promise.race(tenure ? [pause, tenure.failed] : [pause])
  }
  if (!tenure) return
  await tenure.end()
  await Promise.race([release(world), world.clock.sleep(RELEASE_MS_MAX)])
}

/** Raises the beat, or looks at who else does. */
async function beat(
  { clock, change, watch }: LeaseWorld,
  signal: AbortSignal,
): Promise<{ readonly isHeld: boolean; readonly isReached: boolean }> {
  const startMs = clock.monotonicMs()
  const outcome = change(LEASE_KEY, (text) => watch.decide(text, clock.monotonicMs()))
  const { kind } = await orAborted(outcome, signal).catch((error: unknown) => {
    if (signal.aborted) return { kind: 'unknown' } as const
    throw error
  })
  if (kind === 'done') watch.raised(startMs)
  if (kind === 'left') watch.lost()
  if (kind === 'failed' || kind === 'unknown') watch.unreached()
  return { isHeld: watch.isHeld(clock.monotonicMs()), isReached: watch.isInSight }
}

async function release({ change, watch }: LeaseWorld): Promise<void> {
  await change(LEASE_KEY, (text) => watch.released(text))
}

/** One time of holding it. */
class Tenure {
  /** Rejects when the work does. */
  readonly failed: Promise<never>
  private readonly ending = new AbortController()
  private readonly running: Promise<void>

  constructor(work: (tenure: AbortSignal) => Promise<void>) {
    this.running = work(this.ending.signal)
    this.failed = new Promise((_, reject) => this.running.catch(reject))
    this.failed.catch(() => {})
  }

  end(): Promise<void> {
    this.ending.abort()
    return this.running
  }
}
