/**
 * Hands alarms to a coordinator in another process, in the original's manner.
 */
import type { AlertBroadcast, BroadcastOutcome } from '../ports/alert-broadcast.ts'
import type { Clock } from '../ports/clock.ts'
import { createHttpClient, type HttpOutcome } from './http-client.ts'
import { systemClock } from './system-clock.ts'

/** Longer than the coordinator waits for its log. */
export const BROADCAST_MS_MAX = 8_000

/** What a coordinator will never take, however often it is sent. */
const NEVER_TAKEN: readonly number[] = [400, 401, 403, 413, 422]

export function createHttpBroadcast({
  url,
  token,
  clock = systemClock,
}: {
  readonly url: string
  /** INTERNAL_BROADCAST_TOKEN; null = none is asked for. */
  readonly token: string | null
  readonly clock?: Clock
}): AlertBroadcast {
  const client = createHttpClient({ url, clock })
  return {
    async send(alert) {
      const body = JSON.stringify(token === null ? alert : { ...alert, _token: token })
      const path = '/internal/broadcast'
      return outcomeOf(
        await client.ask({ method: 'POST', path, body, timeoutMs: BROADCAST_MS_MAX }),
      )
    },
  }
}

function outcomeOf(answer: HttpOutcome): BroadcastOutcome {
  if (answer.kind !== 'answer') return 'unreachable'
  if (answer.status === 200) return 'accepted'
  return NEVER_TAKEN.includes(answer.status) ? 'refused' : 'unreachable'
}
