/**
 * What is usual: for each half hour of the day, the mean of the same half hour on the days before,
 * and two standard deviations to each side. Made from the stored history itself; with fewer than
 * three days of it nobody can say what is usual, and nothing is said.
 */
import type { ReadingPoint } from '../api/types.ts'

export const BAND_STEP_SECONDS = 1_800
export const BAND_DAYS = 7
export const BAND_DAYS_MIN = 3
const DAY_SECONDS = 86_400
const DEVIATIONS = 2

export interface Usual {
  readonly low: number
  readonly mean: number
  readonly high: number
}

/** By half hour of the day in UTC, as the steps of the history are. */
export type Band = ReadonlyMap<number, Usual>

export function bandOf(points: readonly ReadingPoint[]): Band {
  const slots = new Map<number, number[]>()
  for (const { t, mean } of points) {
    const slot = slotOf(t)
    slots.set(slot, [...(slots.get(slot) ?? []), mean])
  }
  const usual = [...slots].filter(([, means]) => means.length >= BAND_DAYS_MIN)
  return new Map(usual.map(([slot, means]) => [slot, usualOf(means)]))
}

function usualOf(means: readonly number[]): Usual {
  const mean = means.reduce((a, b) => a + b, 0) / means.length
  const variance = means.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (means.length - 1)
  const wide = DEVIATIONS * Math.sqrt(variance)
  return { low: Math.max(0, mean - wide), mean, high: mean + wide }
}

export function usualAt(band: Band, seconds: number): Usual | undefined {
  return band.get(slotOf(seconds))
}

function slotOf(seconds: number): number {
  return Math.floor((seconds % DAY_SECONDS) / BAND_STEP_SECONDS)
}

/** Of a building: its floors do not all peak together, so deviations add as squares. */
export function sumOfUsual(parts: readonly (Usual | undefined)[]): Usual | undefined {
  const known = parts.filter((part) => part !== undefined)
  if (known.length === 0 || known.length < parts.length) return undefined
  const mean = known.reduce((sum, part) => sum + part.mean, 0)
  const wide = Math.sqrt(known.reduce((sum, part) => sum + (part.high - part.mean) ** 2, 0))
  return { low: Math.max(0, mean - wide), mean, high: mean + wide }
}
