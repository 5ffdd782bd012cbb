/**
 * The thresholds as a coordinator in another process tells them. Where nobody answers, or not with
 * thresholds, there is nothing to tell: a detector goes on with what it knows.
 */
import { z } from 'zod'
import { type Thresholds, thresholdsSchema } from '../model/thresholds.ts'
import type { Clock } from '../ports/clock.ts'
import type { ThresholdSource } from '../ports/threshold-source.ts'
import { createHttpClient } from './http-client.ts'
import { systemClock } from './system-clock.ts'

export const THRESHOLDS_MS_MAX = 3_000

/** Every coordinator tells the default set; an answer without one is somebody else's. */
const answerSchema = z.looseObject({ default: z.looseObject({}) })

export function createHttpThresholds({
  url,
  clock = systemClock,
}: {
  readonly url: string
  readonly clock?: Clock
}): ThresholdSource {
  const client = createHttpClient({ url, clock })
  return {
    async current(): Promise<Thresholds | undefined> {
      const path = '/admin/thresholds'
      const answer = await client.ask({ method: 'GET', path, timeoutMs: THRESHOLDS_MS_MAX })
      if (answer.kind !== 'answer' || answer.status !== 200) return undefined
      const stated = answerSchema.safeParse(answer.body).data
      return thresholdsSchema.safeParse(stated).data
    },
  }
}
