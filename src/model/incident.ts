/**
 * An incident is one story of one meter: a floor, a metric, a cause, with a start, a peak and an
 * end. A value that goes in and out of its band for an hour is one incident and not sixty alarms.
 * Notifications are told of it when it opens, gets worse and closes.
 *
 * Each carries its evidence: the numbers that the alarm rests on, enough to compute it again.
 */
import { z } from 'zod'
import { METRICS } from './alert.ts'

/**
 * `higher`, `lower`: than expected. `level`: the level has changed for good; confirm? `stuck`: the
 * meter repeats itself. `silent`: nothing comes from it.
 */
export const CAUSES = ['higher', 'lower', 'level', 'stuck', 'silent'] as const
export type Cause = (typeof CAUSES)[number]

export const PHASES = ['opened', 'worse', 'closed'] as const
export type Phase = (typeof PHASES)[number]

/** What ended it: its readings, or a new version of the rule that does not find it. */
export const ENDED_BY = ['readings', 'new-rule'] as const
export type EndedBy = (typeof ENDED_BY)[number]

/** In the order of their weight. */
export const SEVERITIES = ['info', 'warning', 'high', 'critical'] as const
export type Severity = (typeof SEVERITIES)[number]

/** The channels of the detector, and the clock that asks for a silent meter. */
export const EVIDENCE_CHANNELS = [
  'surprise',
  'season',
  'hours',
  'level',
  'stuck',
  'silence',
] as const
export const LEARNED = ['cadence', 'first-days', 'daily-profile', 'weekly-profile'] as const

const moment = z.number().describe('Milliseconds since 1970.')

export const evidenceSchema = z
  .object({
    channel: z.enum(EVIDENCE_CHANNELS),
    direction: z.enum(['up', 'down', 'none']),
    timeMs: moment,
    weekday: z.int().min(0).max(6).describe('At the site, Monday 0.'),
    halfHour: z.int().min(0).max(47).describe('At the site.'),
    value: z.number().describe('What was read; `silence`: seconds without a reading.'),
    expected: z.number(),
    low: z.number().describe('The expected band.'),
    high: z.number(),
    statistic: z.number().describe('In usual deviations; `stuck`: readings of the run.'),
    comparable: z.number().describe('Comparable moments that it was held against.'),
    ratePerMonth: z.number().describe('How often this comes by chance.'),
    sharePerMonth: z.number().describe('How often the channel may: its part of the budget.'),
    budgetPerMonth: z.number().describe('False alarms borne in a month, of this floor and metric.'),
    score: z.number().describe('1 or more = an alarm; each further 1 = ten times rarer.'),
    isLikeSunday: z.boolean().describe('The day went as a Sunday goes: a holiday, perhaps.'),
    learned: z.enum(LEARNED),
    rule: z.string().describe('Version of the rule.'),
  })
  .meta({ id: 'Evidence' })
export type Evidence = Readonly<z.infer<typeof evidenceSchema>>

export const incidentSchema = z
  .object({
    id: z.string().describe('`{floor}:{metric}:{cause}:{startMs}`'),
    floor: z.int().min(1),
    metric: z.enum(METRICS),
    cause: z.enum(CAUSES),
    state: z.enum(['open', 'closed']),
    startMs: moment,
    endMs: moment
      .nullable()
      .describe('Of what was found last, or of the first reading of a new rule; null = open.'),
    endedBy: z
      .enum(ENDED_BY)
      .optional()
      .describe('What ended it; absent while it is open, and in documents of older versions.'),
    changedMs: moment,
    severity: z.enum(SEVERITIES).describe('The worst so far.'),
    opening: evidenceSchema,
    peak: evidenceSchema,
    message: z.string().describe('What is known by now, in Italian.'),
    messageEn: z.string(),
    quietBy: z
      .string()
      .nullable()
      .describe('Nobody was told of the last change, because of this mute or expectation.'),
  })
  .meta({ id: 'Incident' })
/** An incident as it stands in the store and as it is listed. */
export type Incident = Readonly<z.infer<typeof incidentSchema>>

/** The document in a stored text, or undefined when it is none. */
export function parseIncident(text: string): Incident | undefined {
  try {
    return admitIncident(JSON.parse(text))
  } catch {
    return undefined
  }
}

export function admitIncident(value: unknown): Incident | undefined {
  return incidentSchema.safeParse(value).data
}

export function incidentId(floor: number, metric: string, cause: Cause, startMs: number): string {
  return `${floor}:${metric}:${cause}:${Math.floor(startMs)}`
}

/** The worse of two. */
export function worseOf(one: Severity, other: Severity): Severity {
  return SEVERITIES.indexOf(other) > SEVERITIES.indexOf(one) ? other : one
}
