/**
 * The historical half-hour averages that pattern outliers are judged against: one row per floor and
 * half hour of the table `readings` (contract, "Historical statistics").
 */
import type { Metric } from '../model/alert.ts'

/** The average of one floor over one half hour that was seen whole. Units: kW, A, V, kWh. */
export interface BucketAverage {
  readonly floor: number
  /** Start of the half hour, ISO 8601 with offset. */
  readonly startIso: string
  /** Monday 0 .. Sunday 6, of the site's local time. */
  readonly weekday: number
  /** 0..47, of the site's local time. */
  readonly halfHour: number
  readonly kw: number | null
  readonly corrente: number | null
  readonly tensione: number | null
  readonly dkwh: number | null
}

export interface SlotStatistics {
  readonly mean: number
  /** Sample standard deviation (n - 1); 0 when count < 2. */
  readonly standardDeviation: number
  readonly count: number
}

export interface SlotKey {
  readonly floor: number
  readonly weekday: number
  readonly halfHour: number
  readonly metric: Metric
}

export interface StatisticsTable {
  /**
   * All or none, so that a kill half way leaves no part of a past. Inserting the same floor and
   * half hour again replaces the row: a replay changes nothing.
   */
  insert(rows: Iterable<BucketAverage>): void
  /** Floors of which something is known, ascending. */
  floors(): readonly number[]
  /**
   * Everything known of a floor, one entry per weekday, slot and metric; for a cache to hold. It
   * takes as long as the floor's history is, and nothing else happens meanwhile: whoever reads many
   * floors gives way to others in between.
   */
  read(floor: number): readonly (SlotKey & SlotStatistics)[]
  close(): void
}
