/**
 * Energies of readings beside a limit that is meant for 30 s: what is told of them in sentences is
 * told of 30 s, and so a chart beside a sentence must be.
 */
import type { ReadingPoint } from '../api/types.ts'
import { timesInWindow } from './metrics.ts'
import { usualGap } from './series.ts'

/** Energies of readings as what they are in 30 s: so their limit means, and alerts tell them. */
export function energiesInWindow(points: readonly ReadingPoint[]): readonly ReadingPoint[] {
  const gapSeconds = usualGap(points)
  const times = gapSeconds > 0 ? timesInWindow(gapSeconds * 1000) : 1
  return points.map((point) => ({
    ...point,
    min: point.min * times,
    mean: point.mean * times,
    max: point.max * times,
  }))
}
