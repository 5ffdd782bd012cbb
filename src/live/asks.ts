/**
 * Appends to the alerts log on behalf of a request, and waits until the records have come back
 * through the fold, so that whoever asks reads its own write here. The log may be away or slow; a
 * request is answered after a while all the same, and not more than so many wait at once.
 */
import { must } from '../model/must.ts'
import { ALERTS_TOPIC } from '../model/topics.ts'
import type { Clock } from '../ports/clock.ts'
import { type Log, LogError, type NewRecord, type Position } from '../ports/log.ts'
import type { Unavailable } from './live.ts'
import type { Turnstile } from './turnstile.ts'

/** From the append to the answer. */
export const ASK_MS_MAX = 5_000
export const ASKS_IN_FLIGHT_MAX = 1_000

export type AskOutcome =
  | { readonly kind: 'done'; readonly positions: readonly Position[] }
  | Unavailable

export interface AskWorld {
  readonly clock: Clock
  readonly log: Log
}

export class Asks {
  private readonly world: AskWorld
  private readonly turnstile: Turnstile
  private readonly ended = new AbortController()
  private inFlight = 0

  constructor(world: AskWorld, turnstile: Turnstile) {
    this.world = world
    this.turnstile = turnstile
  }

  /** At least one record. */
  async append(records: readonly NewRecord[]): Promise<AskOutcome> {
    if (this.ended.signal.aborted) return ENDED
    if (this.inFlight >= ASKS_IN_FLIGHT_MAX)
      return unavailable('Too many requests wait for the log.')
    this.inFlight += 1
    const over = new AbortController()
    try {
      return await Promise.race([
        this.appendAndReturn(records, over.signal),
        this.limit(over.signal),
      ])
    } finally {
      this.inFlight -= 1
      over.abort()
    }
  }

  /** Nobody follows the log any more: those who wait are told, and so are those who come. */
  end(): void {
    this.ended.abort()
  }

  private async appendAndReturn(
    records: readonly NewRecord[],
    signal: AbortSignal,
  ): Promise<AskOutcome> {
    try {
      const positions = await this.world.log.append(ALERTS_TOPIC, records)
      await this.turnstile.until(must(positions.at(-1)).offset, signal)
      return { kind: 'done', positions }
    } catch (error) {
      if (!(error instanceof LogError)) throw error
      return unavailable(error.message)
    }
  }

  private async limit(signal: AbortSignal): Promise<AskOutcome> {
    const either = AbortSignal.any([signal, this.ended.signal])
    try {
      await this.world.clock.sleep(ASK_MS_MAX, either)
      return unavailable(`The alerts log has not answered within ${ASK_MS_MAX} ms.`)
    } catch {
      return ENDED
    }
  }
}

const ENDED = unavailable('The coordinator is stopping.')

function unavailable(reason: string): Unavailable {
  return { kind: 'unavailable', reason }
}
