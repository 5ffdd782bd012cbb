/**
 * Fair turns on a machine that does other things too: each line is measured in short slices, all
 * lines in turn, and the median of its slices counts. What disturbs one slice then disturbs its
 * neighbours alike, and a single bad one weighs nothing.
 */
import { medianOf, quantilesOf } from './quantile.ts'
import { addUp, type StoreLoad } from './store-order.ts'

export interface Slice {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Of all requests, those too that went wrong: where nobody was answered, at least so long. */
  readonly longestMs: number
  /** Processor time of all servers for one key, microseconds. */
  readonly serverMicros: number
  /** The same of the load generator. */
  readonly generatorMicros: number
  readonly generatorBusy: number
  readonly errors: number
  readonly reasons: Readonly<Record<string, number>>
}

/** `serverSeconds`: processor time that the servers used meanwhile. */
export function sliceOf(load: StoreLoad, serverSeconds: number): Slice {
  const { p50, p99 } = quantilesOf(load.tookMs)
  const each = (seconds: number) => (seconds * 1e6) / load.done
  return {
    perSecond: load.done / load.seconds,
    p50Ms: p50,
    p99Ms: p99,
    longestMs: load.longestMs,
    serverMicros: each(serverSeconds),
    generatorMicros: each(load.cpuSeconds),
    generatorBusy: load.busy,
    errors: load.errors,
    reasons: load.reasons,
  }
}

/** Medians of what was measured, but the longest answer of all, and sums of what went wrong. */
export function medianSlice(slices: readonly Slice[]): Slice {
  const median = (pick: (slice: Slice) => number) => medianOf(slices.map(pick))
  return {
    perSecond: median(({ perSecond }) => perSecond),
    p50Ms: median(({ p50Ms }) => p50Ms),
    p99Ms: median(({ p99Ms }) => p99Ms),
    longestMs: Math.max(...slices.map(({ longestMs }) => longestMs)),
    serverMicros: median(({ serverMicros }) => serverMicros),
    generatorMicros: median(({ generatorMicros }) => generatorMicros),
    generatorBusy: median(({ generatorBusy }) => generatorBusy),
    errors: slices.reduce((sum, { errors }) => sum + errors, 0),
    reasons: addUp(slices.map(({ reasons }) => reasons)),
  }
}

/**
 * Measures every line once in each round, forwards and backwards in turn, so that none is always
 * the one that comes after the heaviest.
 */
export async function takeTurns<Line>(
  lines: readonly Line[],
  rounds: number,
  measure: (line: Line, round: number) => Promise<Slice>,
): Promise<ReadonlyMap<Line, readonly Slice[]>> {
  const slices = new Map<Line, Slice[]>(lines.map((line) => [line, []]))
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? lines : lines.toReversed()
    for (const line of order) slices.get(line)?.push(await measure(line, round))
  }
  return slices
}
