/**
 * A small line as paths of SVG: the line, the area under it, the usual band behind it.
 */
import type { Reading, ReadingPoint } from '../api/types.ts'
import type { Usual } from './band.ts'
import { timeMsOf } from './metrics.ts'
import { usualGap } from './series.ts'

export const WIDTH = 240
export const HEIGHT = 44
const MARGIN = 3
/** Further apart than this, and than so many times what is usual, the line is not joined. */
const GAP_SECONDS = 180
const USUAL_GAPS = 3

export interface Spark {
  readonly line: string
  readonly area: string
  readonly band: string
}

export function sparkOf(
  points: readonly ReadingPoint[],
  span: { readonly fromSeconds: number; readonly toSeconds: number },
  usual: readonly (Usual | undefined)[] = [],
): Spark {
  if (points.length === 0) return { line: '', area: '', band: '' }
  const bounds = usual.flatMap((one) => (one ? [one.low, one.high] : []))
  const values = [...points.map(({ mean }) => mean), ...bounds]
  const top = values.reduce((a, b) => Math.max(a, b))
  const low = values.reduce((a, b) => Math.min(a, b))
  const high = top === low ? low + 1 : top
  const x = (t: number) =>
    round(((t - span.fromSeconds) / (span.toSeconds - span.fromSeconds)) * WIDTH)
  const y = (v: number) =>
    round(HEIGHT - MARGIN - ((v - low) / (high - low)) * (HEIGHT - 2 * MARGIN))
  const runs = runsOf(points)
  /** A point that stands alone is a line of no length, which has round ends. */
  const trace = (run: readonly ReadingPoint[]) =>
    run.map(({ t, mean }, at) => `${at === 0 ? 'M' : 'L'}${x(t)} ${y(mean)}`).join('') +
    (run.length === 1 ? 'h0' : '')
  const traces = runs.map(trace)
  const close = (run: readonly ReadingPoint[], at: number) =>
    `${traces[at]}L${x(run.at(-1)?.t ?? 0)} ${HEIGHT}L${x(run[0]?.t ?? 0)} ${HEIGHT}Z`
  const edges = points.flatMap(({ t }, at) => {
    const one = usual[at]
    return one ? [{ x: x(t), low: y(one.low), high: y(one.high) }] : []
  })
  return {
    line: traces.join(''),
    area: runs.map(close).join(''),
    band: bandPath(edges),
  }
}

function runsOf(points: readonly ReadingPoint[]): readonly (readonly ReadingPoint[])[] {
  const gapSeconds = Math.max(GAP_SECONDS, USUAL_GAPS * usualGap(points))
  const runs: ReadingPoint[][] = []
  for (const point of points) {
    const last = runs.at(-1)?.at(-1)
    if (!last || point.t - last.t > gapSeconds) runs.push([point])
    else runs.at(-1)?.push(point)
  }
  return runs
}

function bandPath(edges: readonly { x: number; low: number; high: number }[]): string {
  if (edges.length < 2) return ''
  const up = edges.map((one, at) => `${at === 0 ? 'M' : 'L'}${one.x} ${one.high}`)
  const down = edges.toReversed().map((one) => `L${one.x} ${one.low}`)
  return `${[...up, ...down].join('')}Z`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

/** A line of an hour is drawn anew when it has moved by what an eye can see. */
const SLOT_MS = 10_000
/** The first samples come one by one, and each is seen. */
const FEW_SAMPLES = 10
/** Floors have their turns at different seconds, so that no second draws all lines. */
const TURN_MS = 3_000

/** Whether the line of these samples would look as that of those before; both of one floor. */
export function isSameSlot(before: readonly Reading[], after: readonly Reading[]): boolean {
  if (before === after) return true
  const isFew = Math.min(before.length, after.length) < FEW_SAMPLES
  if (isFew && before.length !== after.length) return false
  return slotOf(before.at(-1)) === slotOf(after.at(-1))
}

function slotOf(newest: Reading | undefined): number {
  return newest ? Math.floor((timeMsOf(newest) + newest.piano * TURN_MS) / SLOT_MS) : 0
}
