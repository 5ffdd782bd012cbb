/**
 * What people have said about alarms, as a coordinator in another process tells it. Where nobody
 * answers there is nothing to tell: a detector goes on with what it knows.
 */
import { type AlarmSayings, sayingsSchema } from '../model/alarm-sayings.ts'
import type { Clock } from '../ports/clock.ts'
import type { SayingsSource } from '../ports/sayings-source.ts'
import { createHttpClient } from './http-client.ts'
import { systemClock } from './system-clock.ts'

export const SAYINGS_MS_MAX = 3_000

export function createHttpSayings({
  url,
  clock = systemClock,
}: {
  readonly url: string
  readonly clock?: Clock
}): SayingsSource {
  const client = createHttpClient({ url, clock })
  return {
    async current(): Promise<AlarmSayings | undefined> {
      const path = '/api/v1/alarms/sayings'
      const answer = await client.ask({ method: 'GET', path, timeoutMs: SAYINGS_MS_MAX })
      if (answer.kind !== 'answer' || answer.status !== 200) return undefined
      return sayingsSchema.safeParse(answer.body).data
    },
  }
}
