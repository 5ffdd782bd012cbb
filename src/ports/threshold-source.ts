/**
 * Where a detector learns the limits that people set. They change seldom and are polled, away from
 * the path of a reading; between two answers the detector goes on with the last it knows.
 */
import type { Thresholds } from '../model/thresholds.ts'

export interface ThresholdSource {
  /**
   * The thresholds in force, or undefined when nobody could be asked right now. Never rejects, and
   * settles within a few seconds.
   */
  current(): Promise<Thresholds | undefined>
}
