/**
 * A building of three floors that consumes electricity by day and by night, drifts, shifts and now
 * and then misbehaves (contract, "The simulator's shape"). Pure: a tick is decided by the seed, its
 * number, its time and the state before it, so the same seed and start give the same stream again.
 *
 * Chance is forked for each floor and tick: no draw in one place moves a draw in another. Where the
 * contract leaves room: noise and jitter are normal; a drift step goes up or down by a coin and
 * turns back at DRIFT_STEPS_MAX; each floor has its own turn in the outlier sequence; the energy of
 * an outlier of power is counted, as a real meter would.
 */
import { standardNormal } from '../model/gaussian.ts'
import { assert } from '../model/must.ts'
import type { Reading } from '../model/reading.ts'
import type { Random } from '../ports/random.ts'
import type { EpisodeKind } from './labelled-episodes.ts'
import type { BuildingOptions, OutlierKind } from './simulator-options.ts'

export const COUNTER_START_KWH = [900, 730, 560] as const
export const DRIFT_KW_EVERY_TICKS = 8
export const DRIFT_V_EVERY_TICKS = 16
/** A drift is never further from 0 than so many steps. */
export const DRIFT_STEPS_MAX = 6

/** What was injected, beside the reading that carries it; detection is scored against these. */
export interface AnomalyLabel {
  readonly piano: number
  /** Of the reading. */
  readonly timestamp: string
  readonly kind: OutlierKind | 'shift' | EpisodeKind
  /** Times; for current of a power outlier see `ampSpikeCoupling`. */
  readonly factor?: number
  /** V, added. */
  readonly bump?: number
  /** A shift or an episode lasts until then. */
  readonly until?: string
}

interface Floor {
  readonly piano: number
  readonly baseKw: number
  readonly counterKwh: number
  /** In steps, -DRIFT_STEPS_MAX .. DRIFT_STEPS_MAX. */
  readonly driftKwSteps: number
  readonly driftVSteps: number
  /** Outliers so far. */
  readonly outliers: number
  /** End of the present shift, ms; null = none. */
  readonly shiftUntilMs: number | null
}

export interface Building {
  readonly options: BuildingOptions
  readonly random: Random
  /** Ticks so far. */
  readonly ticks: number
  readonly floors: readonly Floor[]
}

export interface Tick {
  readonly state: Building
  /** One for each floor, in order. */
  readonly readings: readonly Reading[]
  readonly labels: readonly AnomalyLabel[]
}

export function startBuilding(options: BuildingOptions, random: Random): Building {
  assert(options.outlierSequence.length > 0, 'the outlier sequence names at least one kind')
  const floors = COUNTER_START_KWH.map((counterKwh, i) => ({
    ...{ piano: i + 1, baseKw: options.baseKw[i] ?? 0, counterKwh },
    ...{ driftKwSteps: 0, driftVSteps: 0, outliers: 0, shiftUntilMs: null },
  }))
  return { options, random, ticks: 0, floors }
}

/** Base power by hour (with its fraction) and weekday; never under 0. */
export function usualKw(baseKw: number, hour: number, isWeekend: boolean): number {
  const wave = 1 + 0.75 * Math.sin(((hour - 7) * Math.PI) / 12)
  return Math.max(0, baseKw * wave * (isWeekend ? 0.88 : 1.02))
}

/** The readings of one moment (ms since 1970), and the building afterwards. */
export function tick(state: Building, timeMs: number): Tick {
  const moment = momentOf(state, timeMs)
  const stepped = state.floors.map((floor) => {
    const random = state.random.fork(`floor-${floor.piano}-tick-${state.ticks}`)
    return stepFloor(floor, state.options, moment, random)
  })
  return {
    state: { ...state, ticks: state.ticks + 1, floors: stepped.map((one) => one.floor) },
    readings: stepped.map((one) => one.reading),
    labels: stepped.flatMap((one) => one.labels),
  }
}

interface Moment {
  readonly timeMs: number
  readonly timestamp: string
  readonly ticks: number
  /** Local time of the site, with its fraction. */
  readonly hour: number
  readonly isWeekend: boolean
}

function momentOf({ options, ticks }: Building, timeMs: number): Moment {
  const instant = Temporal.Instant.fromEpochMilliseconds(Math.floor(timeMs))
  const local = instant.toZonedDateTimeISO(options.timeZone)
  const hour = local.hour + local.minute / 60 + local.second / 3600
  const timestamp = instant.toString({ fractionalSecondDigits: 3 })
  return { timeMs, timestamp, ticks, hour, isWeekend: local.dayOfWeek >= 6 }
}

function stepFloor(before: Floor, options: BuildingOptions, moment: Moment, random: Random) {
  const drifted = drift(before, moment.ticks, random)
  const shifted = shift(drifted, options, moment, random)
  const outlier = random.chance(options.anomalyRate) ? outlierOf(shifted, options) : undefined
  const hasSpike = random.chance(options.kwhSpikeProb) || outlier === 'dkwh'
  const noise = (std: number) => std * standardNormal(() => random.unit())

  const quietKw = powerKw(shifted, options, moment, noise)
  const kw = round(outlier === 'kw' ? quietKw * options.outlierKwFactor : quietKw, 3)
  const deltaKwh = energyKwh(kw, options, hasSpike)
  const counterKwh = round(shifted.counterKwh + deltaKwh, 6)
  const reading: Reading = {
    piano: shifted.piano,
    sensore1_kwh: counterKwh,
    sensore2_kw: kw,
    sensore3_corrente: round(currentA(quietKw, kw, outlier, options, noise), 3),
    sensore3_tensione: round(voltageV(shifted, outlier, options, noise), 2),
    timestamp: moment.timestamp,
    delta_kwh: deltaKwh,
    ...(hasSpike ? { delta_kwh_multiplier: options.kwhSpikeMult } : {}),
  }
  const outliers = shifted.outliers + (outlier ? 1 : 0)
  const isNewShift = shifted.shiftUntilMs !== null && before.shiftUntilMs !== shifted.shiftUntilMs
  const kinds = [isNewShift && 'shift', outlier !== 'dkwh' && outlier, hasSpike && 'dkwh'] as const
  const labels = kinds.flatMap((kind) => (kind ? [labelOf(kind, shifted, options, moment)] : []))
  return { floor: { ...shifted, counterKwh, outliers }, reading, labels }
}

function drift(floor: Floor, ticks: number, random: Random): Floor {
  const kwStep = ticks > 0 && ticks % DRIFT_KW_EVERY_TICKS === 0
  const voltStep = ticks > 0 && ticks % DRIFT_V_EVERY_TICKS === 0
  return {
    ...floor,
    driftKwSteps: kwStep ? driftStep(floor.driftKwSteps, random) : floor.driftKwSteps,
    driftVSteps: voltStep ? driftStep(floor.driftVSteps, random) : floor.driftVSteps,
  }
}

function driftStep(steps: number, random: Random): number {
  const next = steps + (random.chance(0.5) ? 1 : -1)
  return Math.abs(next) <= DRIFT_STEPS_MAX ? next : steps - Math.sign(steps)
}

/** Ends a shift that is over, and perhaps begins one. */
function shift(floor: Floor, options: BuildingOptions, moment: Moment, random: Random): Floor {
  const { shiftDurationMinSeconds: shortest, shiftDurationMaxSeconds: longest } = options
  if (floor.shiftUntilMs !== null && moment.timeMs < floor.shiftUntilMs) return floor
  if (!random.chance(options.shiftProb)) return { ...floor, shiftUntilMs: null }
  const seconds = shortest + random.unit() * Math.max(0, longest - shortest)
  return { ...floor, shiftUntilMs: Math.round(moment.timeMs + seconds * 1000) }
}

function outlierOf(floor: Floor, { outlierSequence }: BuildingOptions): OutlierKind | undefined {
  return outlierSequence[floor.outliers % outlierSequence.length]
}

type Noise = (std: number) => number

function powerKw(floor: Floor, options: BuildingOptions, moment: Moment, noise: Noise): number {
  const baseKw = floor.baseKw + noise(options.baselineJitterStd)
  const usual = usualKw(baseKw, moment.hour, moment.isWeekend)
  const driftKw = floor.driftKwSteps * options.driftStepKw
  const kw = Math.max(0, usual + driftKw + noise(options.noiseKwStd))
  return floor.shiftUntilMs === null ? kw : kw * options.shiftFactor
}

function energyKwh(kw: number, options: BuildingOptions, hasSpike: boolean): number {
  const kwh = (kw * options.intervalSeconds) / 3600
  return round(hasSpike ? kwh * options.kwhSpikeMult : kwh, 6)
}

/** A power outlier moves the current only by the coupling: a meter's fault, not a real load. */
function currentA(
  quietKw: number,
  kw: number,
  outlier: OutlierKind | undefined,
  options: BuildingOptions,
  noise: Noise,
): number {
  const followedKw = outlier === 'kw' ? quietKw + (kw - quietKw) * options.ampSpikeCoupling : kw
  const amps = Math.max(0, followedKw * options.ampPerKw + noise(options.noiseAStd))
  return outlier === 'a' ? amps * options.outlierAFactor : amps
}

function voltageV(
  floor: Floor,
  outlier: OutlierKind | undefined,
  options: BuildingOptions,
  noise: Noise,
): number {
  const driftV = floor.driftVSteps * options.driftStepV
  const volts = Math.max(0, options.baseVolt + driftV + noise(options.noiseVStd))
  return outlier === 'v' ? volts + options.outlierVBump : volts
}

function labelOf(
  kind: AnomalyLabel['kind'],
  floor: Floor,
  options: BuildingOptions,
  moment: Moment,
): AnomalyLabel {
  const place = { piano: floor.piano, timestamp: moment.timestamp, kind }
  if (kind === 'kw') return { ...place, factor: options.outlierKwFactor }
  if (kind === 'a') return { ...place, factor: options.outlierAFactor }
  if (kind === 'v') return { ...place, bump: options.outlierVBump }
  if (kind === 'dkwh') return { ...place, factor: options.kwhSpikeMult }
  const until = new Date(floor.shiftUntilMs ?? moment.timeMs).toISOString()
  return { ...place, factor: options.shiftFactor, until }
}

function round(value: number, decimals: number): number {
  const scale = 10 ** decimals
  return Math.round(value * scale) / scale
}
