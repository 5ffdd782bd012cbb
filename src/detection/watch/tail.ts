/**
 * How rare is a statistic of this size, for this meter? The largest value of each half day is kept;
 * over the upper part of these a generalised Pareto distribution is laid (peaks over threshold;
 * Balkema and de Haan 1974, Siffer et al. 2017), whose answer is a rate: how many half days of a
 * month would reach such a value by chance. A false-alarm budget is a rate too, so a channel
 * alarms when the rate of what it sees is within its share.
 *
 * Half days, because an alarm is an episode: ten high readings in a row disturb once. And because
 * their number does not depend on the cadence, so neither do memory and calibration.
 */
import { type FitManner, fitExcesses, type ParetoFit, quantileOf, survivalOf } from './pareto.ts'

export const BLOCK_MS = 12 * 3_600_000
export const BLOCKS_PER_MONTH = (365.25 / 12) * 2
/** Half days kept: a year, so that each season is remembered once. */
export const BLOCKS_MAX = 730
/** Before a week has been seen a channel does not judge. */
export const BLOCKS_MIN = 14
/** A long past changes slowly: after the first month it is fitted every other day. */
const FIT_OFTEN_BLOCKS = 60
const FIT_EVERY_BLOCKS = 4
/** The fit rests on the upper part of the half days. */
const UPPER_PART = 0.4

export interface Tail {
  /** The largest value of each half day, oldest first. */
  readonly maxima: readonly number[]
  /** Half days so far, those that are kept no longer included. */
  readonly blocks: number
  readonly block: number
  /** Largest value of the present half day; null = none yet. */
  readonly largest: number | null
  readonly fit: ParetoFit | null
  /** The newest half day that alarmed; -1 = none. */
  readonly alarmed: number
}

export const EMPTY_TAIL: Tail = {
  maxima: [],
  blocks: 0,
  block: 0,
  largest: null,
  fit: null,
  alarmed: -1,
}

/** Times a month that a half day reaches `value` by chance; undefined while too little is known. */
export function monthlyRate(tail: Tail, value: number): number | undefined {
  if (!tail.fit) return undefined
  return BLOCKS_PER_MONTH * survivalOf(tail.fit, value)
}

/** The value that is reached `rate` times a month by chance. */
export function levelAt(tail: Tail, rate: number): number {
  return tail.fit ? quantileOf(tail.fit, rate / BLOCKS_PER_MONTH) : Number.POSITIVE_INFINITY
}

export interface TailManner {
  readonly fit: FitManner
  /** The newest half days do not count yet. */
  readonly restingBlocks: number
  /** The statistic is made of many readings. */
  readonly isSteady: boolean
}

/**
 * Half days that rest before they count, for statistics that move slowly: otherwise a drift would
 * widen its own limit, and always stay just below it.
 */
export const RESTING_BLOCKS = 14

/** Takes an anomaly as `value`. One that lasts came once. */
export function observeAnomaly(
  tail: Tail,
  timeMs: number,
  value: number,
  manner: TailManner,
): Tail {
  const block = Math.floor(timeMs / BLOCK_MS)
  const isLasting = tail.alarmed >= 0 && block - tail.alarmed <= 1
  if (isLasting) return block === tail.alarmed ? tail : { ...tail, alarmed: block }
  return { ...observe(tail, timeMs, value, manner), alarmed: block }
}

/** The tail with one more value; it is fitted again when a half day ends. */
export function observe(tail: Tail, timeMs: number, value: number, manner: TailManner): Tail {
  const block = Math.floor(timeMs / BLOCK_MS)
  if (block === tail.block) {
    return tail.largest !== null && value <= tail.largest ? tail : { ...tail, largest: value }
  }
  if (tail.largest === null) return { ...tail, block, largest: value }
  const blocks = tail.blocks + 1
  const maxima = [...tail.maxima, significant(tail.largest)].slice(-blocksKept(blocks))
  const counting = maxima.slice(0, maxima.length - manner.restingBlocks)
  const isDue = blocks < FIT_OFTEN_BLOCKS || blocks % FIT_EVERY_BLOCKS === 0
  const fit = isDue ? fitOf(counting, manner) : tail.fit
  return { ...tail, maxima, blocks, block, largest: value, fit }
}

/** The first half of a short past is left out: a detector that knew less judged it. */
function blocksKept(blocks: number): number {
  return Math.min(BLOCKS_MAX, Math.max(BLOCKS_MIN + RESTING_BLOCKS, Math.ceil(blocks / 2)))
}

function fitOf(maxima: readonly number[], manner: TailManner): ParetoFit | null {
  if (maxima.length < BLOCKS_MIN) return null
  const sorted = Float64Array.from(maxima).sort()
  return fitExcesses(sorted, Math.max(8, Math.ceil(sorted.length * UPPER_PART)), manner)
}

/** The tail without its resting half days: what is told only now was in them already. */
export function withoutResting(tail: Tail): Tail {
  const maxima = tail.maxima.slice(0, -RESTING_BLOCKS)
  const dropped = tail.maxima.length - maxima.length
  return { ...tail, maxima, blocks: tail.blocks - dropped, largest: null }
}

/** Four digits: what is kept must stay small as text. */
function significant(value: number): number {
  return Number(value.toPrecision(4))
}
