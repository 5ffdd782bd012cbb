/**
 * Energy since the previous reading, as what it would be in 30 s. The limit `delta_kwh_max` means
 * 30 s; a meter that sends every 5 s would never reach it, one that sends every minute would always
 * pass it. So the energy is scaled by the time it took, which the previous reading tells.
 *
 * A sent value is believed before the counter. Readings closer together than a second say nothing
 * about a pace (two senders, a resend), so there the counter difference waits until a second has
 * passed.
 */
import type { CounterMark, FloorState } from '../model/detection-state.ts'
import type { Reading } from '../model/reading.ts'

/** What the limit means, and the pace assumed for the first reading of a floor. */
const WINDOW_MS = 30_000
/** A pace this near to 30 s is 30 s: jitter of a sender is not energy. */
const WINDOW_TOLERANCE = 0.1
/** Times shorter than this are no pace. */
export const PACE_MS_MIN = 1_000

export interface Energy {
  /** kWh in 30 s; undefined when it cannot be known. */
  readonly deltaKwh: number | undefined
  /** The counter that the next difference is taken to. */
  readonly counter: CounterMark | null
}

type Previous = Pick<FloorState, 'timeMs' | 'counter'> | undefined

/** `previous`: state of the floor before this reading; undefined for its first. */
export function energyOf(previous: Previous, reading: Reading, timeMs: number): Energy {
  const before = previous?.counter ?? null
  const derived = derivedKwh(before, reading, timeMs)
  const sent = reading.delta_kwh ?? reading.delta_kwh_30s
  const deltaKwh = sent == null ? derived : (sentKwh(previous, sent, timeMs) ?? derived ?? sent)
  return { deltaKwh, counter: nextMark(before, reading, timeMs) }
}

/** Rounds the noise of binary fractions away: 900.08 - 900 is 0.08, not a little more. */
export function roundAmount(amount: number): number {
  return Math.round(amount * 1e6) / 1e6
}

function sentKwh(previous: Previous, sentKwh: number, timeMs: number): number | undefined {
  if (!previous) return sentKwh
  const elapsedMs = timeMs - previous.timeMs
  return elapsedMs < PACE_MS_MIN ? undefined : inWindow(sentKwh, elapsedMs)
}

/** Nothing without two counters, nor when the counter went back: it was reset or replaced. */
function derivedKwh(before: CounterMark | null, reading: Reading, timeMs: number) {
  const kwh = reading.sensore1_kwh
  if (kwh == null || !before || kwh < before.kwh) return undefined
  const elapsedMs = timeMs - before.timeMs
  return elapsedMs < PACE_MS_MIN ? undefined : inWindow(roundAmount(kwh - before.kwh), elapsedMs)
}

function nextMark(before: CounterMark | null, reading: Reading, timeMs: number) {
  const kwh = reading.sensore1_kwh
  if (kwh == null) return before
  const tooSoon = before && kwh >= before.kwh && timeMs - before.timeMs < PACE_MS_MIN
  return tooSoon ? before : { kwh, timeMs }
}

function inWindow(kwh: number, elapsedMs: number): number {
  const isUsual = Math.abs(elapsedMs / WINDOW_MS - 1) <= WINDOW_TOLERANCE
  return isUsual ? kwh : roundAmount((kwh * WINDOW_MS) / elapsedMs)
}
