/**
 * How many days of readings may be asked for at once. The coordinator reads so many rows for one
 * answer and then refuses; asking for what will be refused would cost it all those rows.
 */
const ROWS_MAX = 100_000
const DAY_MS = 86_400_000

/** Whole days, at least one. `intervalMs`: from one reading of a floor to the next. */
export function daysWithin(intervalMs: number, daysMax: number): number {
  return Math.min(daysMax, Math.max(1, Math.floor((ROWS_MAX * intervalMs) / DAY_MS)))
}
