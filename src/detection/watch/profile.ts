/**
 * The seasonal baseline: what is usual at this weekday and time of day, as the median of the last
 * weeks, and how far readings usually lie from it. Medians, because one bad reading inflates a
 * standard deviation for good. A slot that has been seen twice says little, so it is drawn towards
 * its pool (the same time on working days, or at weekends) by as much as it lacks.
 */
export interface Row {
  /** Values of the slot, oldest first. */
  readonly recent: readonly number[]
  readonly median: number
}

export interface Profile {
  /** One for each slot of the week. */
  readonly slots: readonly (Row | null)[]
  /** One for each time of day, working days first, then weekends. */
  readonly pools: readonly (Row | null)[]
}

/** Weeks that a slot remembers. */
export const SLOT_VALUES_MAX = 8
/** Days that a pool remembers. */
export const POOL_VALUES_MAX = 10
/** A slot counts against its pool as its values against so many. */
const POOL_WEIGHT = 2
const WORKING_DAYS = 5

export function startProfile(slotsPerDay: number): Profile {
  return {
    slots: new Array<null>(slotsPerDay * 7).fill(null),
    pools: new Array<null>(slotsPerDay * 2).fill(null),
  }
}

/** The usual value of a slot of the week; undefined before any has been seen. */
export function usualOf({ slots, pools }: Profile, slot: number): number | undefined {
  const own = slots[slot]
  const pool = pools[poolOf(slot, slots.length)] ?? pools[otherPoolOf(slot, slots.length)]
  if (!own) return pool?.median
  if (!pool) return own.median
  const weight = own.recent.length >= SLOT_VALUES_MAX / 2 ? 1 : shareOf(own.recent.length)
  return own.median * weight + pool.median * (1 - weight)
}

/** Between two slots the usual value is drawn as a line; `position` counts slots since a Monday. */
export function usualAt(profile: Profile, position: number): number | undefined {
  const count = profile.slots.length
  const slot = Math.floor(position)
  const part = position - slot
  const before = usualOf(profile, modulo(slot, count))
  if (part === 0 || before === undefined) return before
  const after = usualOf(profile, modulo(slot + 1, count))
  return after === undefined ? before : before + (after - before) * part
}

/** As if the day were a Sunday: holidays are. */
export function usualOfSunday(profile: Profile, slot: number): number | undefined {
  const perDay = profile.slots.length / 7
  return usualOf(profile, 6 * perDay + (slot % perDay))
}

export function learnSlot(profile: Profile, slot: number, value: number): Profile {
  const slots = profile.slots.slice()
  const pools = profile.pools.slice()
  const pool = poolOf(slot, slots.length)
  slots[slot] = withValue(slots[slot], value, SLOT_VALUES_MAX)
  pools[pool] = withValue(pools[pool], value, POOL_VALUES_MAX)
  return { slots, pools }
}

/** The slot as if it had seen these values and no others, often enough to need no pool. */
export function withSlot(profile: Profile, slot: number, values: readonly number[]): Profile {
  const slots = profile.slots.slice()
  const median = medianOf(values)
  const lacking = Math.max(0, SLOT_VALUES_MAX / 2 - values.length)
  const recent = [...new Array<number>(lacking).fill(median), ...values].map(shortened)
  slots[slot] = { recent, median }
  return { ...profile, slots }
}

export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2
}

/** Seven digits: what is kept must stay small as text. */
export function shortened(value: number): number {
  return Number(value.toPrecision(7))
}

function modulo(value: number, count: number): number {
  return ((value % count) + count) % count
}

function shareOf(count: number): number {
  return count / (count + POOL_WEIGHT)
}

function poolOf(slot: number, slotsPerWeek: number): number {
  const perDay = slotsPerWeek / 7
  return (slot % perDay) + (slot < WORKING_DAYS * perDay ? 0 : perDay)
}

function otherPoolOf(slot: number, slotsPerWeek: number): number {
  const perDay = slotsPerWeek / 7
  return (slot % perDay) + (slot < WORKING_DAYS * perDay ? perDay : 0)
}

function withValue(row: Row | null | undefined, value: number, max: number): Row {
  const recent = [...(row?.recent ?? []), shortened(value)].slice(-max)
  return { recent, median: medianOf(recent) }
}

/** The profile as if all that it learned had been so much higher. */
export function shifted(profile: Profile, by: number): Profile {
  const row = (one: Row | null) =>
    one && { recent: one.recent.map((value) => value + by), median: one.median + by }
  return { slots: profile.slots.map(row), pools: profile.pools.map(row) }
}
