/**
 * Weekday by half hour: the mean power of each, in the time of the page. Pure but for the time zone
 * of the machine, which is what a person reads the clock by.
 */
import type { ReadingPoint } from '../api/types.ts'

export const SLOTS = 48
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

export interface HeatCell {
  /** Monday 0. */
  readonly weekday: number
  readonly slot: number
  readonly mean: number
}

export function heatOf(points: readonly ReadingPoint[]): readonly HeatCell[] {
  const cells = new Map<number, { sum: number; count: number }>()
  for (const { t, mean, count } of points) {
    const date = new Date(t * 1000)
    const weekday = (date.getDay() + 6) % 7
    const key = weekday * SLOTS + date.getHours() * 2 + (date.getMinutes() >= 30 ? 1 : 0)
    const cell = cells.get(key) ?? { sum: 0, count: 0 }
    cells.set(key, { sum: cell.sum + mean * count, count: cell.count + count })
  }
  return [...cells].map(([key, { sum, count }]) => ({
    weekday: Math.floor(key / SLOTS),
    slot: key % SLOTS,
    mean: sum / count,
  }))
}

export function slotText(slot: number): string {
  return `${String(Math.floor(slot / 2)).padStart(2, '0')}:${slot % 2 === 0 ? '00' : '30'}`
}

export function hottest(cells: readonly HeatCell[]): HeatCell | undefined {
  return cells.reduce<HeatCell | undefined>(
    (best, cell) => (!best || cell.mean > best.mean ? cell : best),
    undefined,
  )
}
