/**
 * What the simulated building is made of (contract, row "simulator"). The defaults are the
 * contract's.
 */
import type { EpisodeKind } from './labelled-episodes.ts'

export const OUTLIER_KINDS = ['kw', 'a', 'v', 'dkwh'] as const
export type OutlierKind = (typeof OUTLIER_KINDS)[number]

export interface BuildingOptions {
  /** Time between two readings of a floor; the energy of a reading is its power over this time. */
  readonly intervalSeconds: number
  /** Zone of the site (IANA name): its hour and weekday shape the day. */
  readonly timeZone: string
  /** Floors 1, 2, 3: base power, kW. */
  readonly baseKw: readonly [number, number, number]
  readonly noiseKwStd: number
  readonly noiseAStd: number
  readonly noiseVStd: number
  /** Jitter of the base power from one tick to the next, kW. */
  readonly baselineJitterStd: number
  readonly ampPerKw: number
  readonly baseVolt: number
  /** How much of the extra power of an outlier the current follows; 0 = nothing, 1 = all. */
  readonly ampSpikeCoupling: number
  /** Probability of an outlier, for each floor and tick. */
  readonly anomalyRate: number
  /** Each floor goes through this sequence in turn. */
  readonly outlierSequence: readonly OutlierKind[]
  readonly outlierKwFactor: number
  readonly outlierAFactor: number
  /** Added to the voltage, V. */
  readonly outlierVBump: number
  /** Probability of an energy spike, for each floor and tick. */
  readonly kwhSpikeProb: number
  readonly kwhSpikeMult: number
  /** Probability that a shift begins, for each floor and tick outside a shift. */
  readonly shiftProb: number
  readonly shiftFactor: number
  readonly shiftDurationMinSeconds: number
  readonly shiftDurationMaxSeconds: number
  readonly driftStepKw: number
  readonly driftStepV: number
}

export const BUILDING_DEFAULTS: BuildingOptions = {
  intervalSeconds: 30,
  timeZone: 'Europe/Rome',
  baseKw: [6.0, 6.6, 7.2],
  noiseKwStd: 1.4,
  noiseAStd: 0.45,
  noiseVStd: 4.5,
  baselineJitterStd: 0.35,
  ampPerKw: 2.8,
  baseVolt: 227,
  ampSpikeCoupling: 0.05,
  anomalyRate: 0.15,
  outlierSequence: ['kw', 'kw', 'a', 'v', 'kw', 'dkwh', 'v', 'a'],
  outlierKwFactor: 3.0,
  outlierAFactor: 1.8,
  outlierVBump: 35,
  kwhSpikeProb: 0.18,
  kwhSpikeMult: 2.8,
  shiftProb: 0.07,
  shiftFactor: 0.55,
  shiftDurationMinSeconds: 160,
  shiftDurationMaxSeconds: 340,
  driftStepKw: 0.16,
  driftStepV: 0.7,
}

export interface SimulatorOptions extends BuildingOptions {
  /** Labelled episodes that are laid over the floors, in turn; empty = none. */
  readonly episodeKinds: readonly EpisodeKind[]
  /** Rest of a floor between two episodes, at least. */
  readonly episodeEveryHours: number
  readonly topic: string
  /** Where each injected anomaly is written down. */
  readonly labelsTopic: string
  /** Wall time of the first reading, ms; null = when the simulator starts. */
  readonly startMs: number | null
  /** Ends after so many ticks; null = never. */
  readonly ticks: number | null
}
