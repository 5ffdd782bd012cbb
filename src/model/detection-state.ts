/**
 * What detection remembers of a floor, and how that stands in the log (decision 2): small, bounded,
 * plain JSON. Whoever takes over a partition reads these records and goes on as if nothing had
 * happened. Without them a kill would forget cooldowns and counters, and the same reading would
 * fire again.
 */
import { z } from 'zod'
import { PATTERN_KINDS, THRESHOLD_KINDS } from './alert.ts'

const moment = z.number()
const tally = z.object({ sum: z.number(), count: z.int().min(0) })

const runningHalfHourSchema = z.object({
  /** Start of the half hour, ms since 1970. */
  startMs: moment,
  weekday: z.int().min(0).max(6),
  halfHour: z.int().min(0).max(47),
  /** No stretch of it has been missed so far. */
  whole: z.boolean(),
  kw: tally,
  corrente: tally,
  tensione: tally,
  delta_kwh: tally,
})

const counterMarkSchema = z.object({ kwh: z.number(), timeMs: moment })

/** How a floor speaks, by the time at which its readings came; kept where silence is asked for. */
const voiceSchema = z.object({
  heardMs: moment,
  /** Readings heard, up to as many as make a habit. */
  count: z.int().min(1),
  /** Day since 1970 of the newest reading, in UTC. */
  day: z.int(),
  /** The longest pause of each day, oldest first. */
  pausesMs: z.array(z.number()).min(1),
  /** Since when it has been silent; null while it speaks. */
  silentSinceMs: moment.nullable(),
  /** Its last silences that were told: the day on which each ended, and how long it was. */
  silences: z.array(z.object({ day: z.int(), lastedMs: z.number() })).default([]),
})

const floorStateSchema = z.object({
  /** Event time of the newest reading, ms since 1970. */
  timeMs: moment,
  /** The energy counter that the next difference is taken to; null before the first. */
  counter: counterMarkSchema.nullable(),
  /** Event time of the last alarm of each kind. */
  firedMs: z.partialRecord(z.enum([...THRESHOLD_KINDS, ...PATTERN_KINDS]), moment),
  halfHour: runningHalfHourSchema,
  voice: voiceSchema.optional(),
})

const savedFloorSchema = z.object({
  floor: z.int().min(1),
  /**
   * Where in the readings this state was reached: partition, offset, and which topic of that name.
   */
  partition: z.int().min(0),
  offset: z.int().min(0),
  generation: z.string(),
  state: floorStateSchema,
})

export type RunningHalfHour = Readonly<z.infer<typeof runningHalfHourSchema>>
export type Voice = Readonly<z.infer<typeof voiceSchema>>
export type CounterMark = Readonly<z.infer<typeof counterMarkSchema>>
export type FloorState = Readonly<z.infer<typeof floorStateSchema>>
export type SavedFloor = Readonly<z.infer<typeof savedFloorSchema>>

/** The saved state in a parsed record, or undefined when it is not one. */
export function parseSavedFloor(value: unknown): SavedFloor | undefined {
  return savedFloorSchema.safeParse(value).data
}
