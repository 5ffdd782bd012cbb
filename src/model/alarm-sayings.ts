/**
 * What people have said about alarms: this one I have seen, be quiet about those, that one was
 * expected, the level has changed for good. One document that every detector and coordinator goes
 * by. Nothing is forgotten when it is taken back, so that a list can show who was quiet and why.
 *
 * To be quiet is to tell nobody: incidents are found and kept all the same.
 */
import { z } from 'zod'
import { METRICS, type Metric } from './alert.ts'
import { CAUSES, type Cause, type Evidence } from './incident.ts'
import { halfHourOf } from './site-time.ts'

const moment = z.number().describe('Milliseconds since 1970.')
const id = z.string().min(1)

export const acknowledgementSchema = z
  .object({ incident: id, saidMs: moment })
  .meta({ id: 'Acknowledgement' })

/** What a mute or an expectation is about; null = any. */
export const scopeSchema = z
  .object({
    floor: z
      .int('must be a floor, an integer >= 1, or null for all')
      .min(1)
      .nullable()
      .default(null),
    metric: z.enum(METRICS).nullable().default(null),
    cause: z.enum(CAUSES).nullable().default(null),
  })
  .meta({ id: 'AlarmScope' })

const clockTime = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day at the site, for example "22:30"')

export const muteTimesSchema = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('once'), incident: id.describe('The rest of this one.') }),
    z.object({ kind: z.literal('until'), untilMs: moment }),
    z.object({
      kind: z.literal('weekly'),
      weekdays: z
        .array(z.int().min(0).max(6))
        .min(1, 'must name a weekday at least, Monday 0 to Sunday 6')
        .max(7),
      from: clockTime,
      to: clockTime.describe('The next day where it is not after `from`.'),
    }),
  ])
  .meta({ id: 'MuteTimes' })

/** `endedMs`: when it was taken back; null = it holds. */
const saidSchema = z.object({ id, saidMs: moment, endedMs: moment.nullable() })

export const muteSchema = saidSchema
  .extend({ scope: scopeSchema, times: muteTimesSchema })
  .meta({ id: 'Mute' })

export const expectationSchema = saidSchema
  .extend({
    incident: id.describe('The one that was expected.'),
    floor: z.int().min(1),
    metric: z.enum(METRICS),
    cause: z.enum(CAUSES),
    weekday: z.int().min(0).max(6).nullable().describe('Null = every day.'),
    halfHour: z.int().min(0).max(47),
    sizeMax: z.number().describe('What is larger is told all the same.'),
  })
  .meta({ id: 'Expectation' })

export const decisionSchema = z
  .object({
    incident: id,
    floor: z.int().min(1),
    metric: z.enum(METRICS),
    decision: z.enum(['confirmed', 'declined']),
    saidMs: moment,
  })
  .meta({ id: 'LevelDecision' })

export const sayingsSchema = z
  .object({
    /** Names the next mute or expectation. */
    next: z.int().min(1).default(1),
    acknowledged: z.array(acknowledgementSchema).default([]),
    mutes: z.array(muteSchema).default([]),
    expected: z.array(expectationSchema).default([]),
    decisions: z.array(decisionSchema).default([]),
  })
  .meta({ id: 'AlarmSayings' })

export type Scope = Readonly<z.infer<typeof scopeSchema>>
export type MuteTimes = Readonly<z.infer<typeof muteTimesSchema>>
export type Mute = Readonly<z.infer<typeof muteSchema>>
export type Expectation = Readonly<z.infer<typeof expectationSchema>>
/** What is expected, whoever said it and when. */
export type Expected = Omit<Expectation, 'id' | 'saidMs' | 'endedMs'>
export type Decision = Readonly<z.infer<typeof decisionSchema>>
export type AlarmSayings = Readonly<z.infer<typeof sayingsSchema>>

export const NOTHING_SAID: AlarmSayings = sayingsSchema.parse({})

/** A change of an incident, as far as it matters whether anybody is told. */
export interface TellingMatter {
  readonly incident: string
  readonly floor: number
  readonly metric: Metric
  readonly cause: Cause
  readonly timeMs: number
  readonly evidence: Evidence
}

/** The mute or expectation because of which nobody is told; null = tell. */
export function quietBy(
  { mutes, expected }: AlarmSayings,
  matter: TellingMatter,
  timeZone: string,
): string | null {
  const mute = mutes.find((one) => isMuted(one, matter, timeZone))
  const covered = expected.find((one) => one.endedMs === null && covers(one, matter))
  return mute?.id ?? covered?.id ?? null
}

function isMuted({ scope, times, saidMs, endedMs }: Mute, matter: TellingMatter, zone: string) {
  const isAbout =
    (scope.floor ?? matter.floor) === matter.floor &&
    (scope.metric ?? matter.metric) === matter.metric &&
    (scope.cause ?? matter.cause) === matter.cause
  if (!isAbout || endedMs !== null) return false
  if (times.kind === 'once') return times.incident === matter.incident
  if (times.kind === 'until') return matter.timeMs >= saidMs && matter.timeMs < times.untilMs
  return isWithinWeek(times, matter.timeMs, zone)
}

const DAY_MINUTES = 24 * 60

function isWithinWeek(
  { weekdays, from, to }: Extract<MuteTimes, { kind: 'weekly' }>,
  timeMs: number,
  timeZone: string,
): boolean {
  const { weekday, halfHour, startMs } = halfHourOf(timeMs, timeZone)
  const minute = halfHour * 30 + Math.floor((timeMs - startMs) / 60_000)
  const [begin, end] = [minutesOf(from), minutesOf(to)]
  const length = (end - begin + DAY_MINUTES) % DAY_MINUTES || DAY_MINUTES
  const isToday = minute >= begin && minute < begin + length
  const isSinceYesterday = minute + DAY_MINUTES < begin + length
  return (
    (isToday && weekdays.includes(weekday)) ||
    (isSinceYesterday && weekdays.includes((weekday + 6) % 7))
  )
}

function minutesOf(clockTime: string): number {
  return Number(clockTime.slice(0, 2)) * 60 + Number(clockTime.slice(3))
}

/** Half hours that what was expected may come earlier or later. */
export const EXPECTED_HALF_HOURS = 2
/** It may be so much larger. */
export const EXPECTED_SIZE_FACTOR = 1.5

/** Would this expectation have kept that quiet? */
export function covers(
  { floor, metric, cause, weekday, halfHour, sizeMax }: Expected,
  matter: Pick<TellingMatter, 'floor' | 'metric' | 'cause' | 'evidence'>,
): boolean {
  const { evidence } = matter
  if (matter.floor !== floor || matter.metric !== metric || matter.cause !== cause) return false
  const [days, own, theirs] = weekday === null ? [1, 0, 0] : [7, weekday, evidence.weekday]
  const apart = Math.abs(own * 48 + halfHour - theirs * 48 - evidence.halfHour)
  const isThen = Math.min(apart, days * 48 - apart) <= EXPECTED_HALF_HOURS
  return isThen && sizeOf(evidence) <= sizeMax
}

/** How large it is: the deviation, the readings of a run, or the seconds of a silence. */
export function sizeOf({ channel, statistic, value, expected }: Evidence): number {
  if (channel === 'stuck') return statistic
  return channel === 'silence' ? value : Math.abs(value - expected)
}
