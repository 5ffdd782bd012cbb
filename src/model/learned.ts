/**
 * What the watch has learned of one metric of a floor, to be shown to people: nobody should have to
 * guess why a detector is silent.
 */
import { z } from 'zod'
import { METRICS } from './alert.ts'
import { LEARNED } from './incident.ts'

const moment = z.number().describe('Milliseconds since 1970.')

export const learnedSchema = z
  .object({
    floor: z.int().min(1),
    metric: z.enum(METRICS),
    learned: z
      .enum(LEARNED)
      .describe(
        'How far it is: it judges from the second week on, slowly moving ones from the third.',
      ),
    days: z.number().describe('Days of readings that did not alarm.'),
    stepMs: z.number().nullable().describe('Time between two readings; null = not known yet.'),
    alarmsPerMonth: z
      .number()
      .nullable()
      .describe('Alarms a month so far, to be held beside the budget; null = none was judged yet.'),
    shift: z
      .object({ sinceMs: moment, level: z.number() })
      .nullable()
      .describe('A changed level that nobody has confirmed yet, and how far it lies off.'),
    timeMs: moment.describe('Of the newest reading by then.'),
  })
  .meta({ id: 'LearnedSeries' })
export type LearnedSeries = Readonly<z.infer<typeof learnedSchema>>

export function admitLearned(value: unknown): LearnedSeries | undefined {
  return learnedSchema.safeParse(value).data
}
