/**
 * What the stages of this process are doing, for the page that shows the system: how much each gets
 * through, and how much went wrong. Made from the facts that they note anyway; a stage knows
 * nothing of it. Pure but for the clock that it is given.
 */
import type { Clock } from '../ports/clock.ts'
import type { Fact, FactLevel, Trace } from '../ports/trace.ts'

export const STAGES = ['simulator', 'ingestion', 'detection', 'archive', 'live'] as const
export type Stage = (typeof STAGES)[number]

/** The fact that tells of work done, and its field that says how much. */
const WORK: Readonly<Record<Stage, { readonly kind: string; readonly amount: string }>> = {
  simulator: { kind: 'simulator.tick', amount: 'readings' },
  ingestion: { kind: 'ingestion.batch-stored', amount: 'readings' },
  detection: { kind: 'detection.batch-judged', amount: 'judged' },
  archive: { kind: 'archive.batch-stored', amount: 'alerts' },
  live: { kind: 'live.readings', amount: 'readings' },
}
const STAGE_BY_WORK = new Map(STAGES.map((stage) => [WORK[stage].kind, stage]))

/** Rates are means over so long: meters that send every 30 s are not told as 0. */
export const RATE_WINDOW_MS = 60_000
const SLICE_MS = 1_000

interface Counts {
  /** By second of the monotonic time. */
  readonly slices: Map<number, number>
  errors: number
}

export interface StageCounts {
  readonly ratePerSecond: number
  /** Warnings and errors since the start. */
  readonly errors: number
}

export class PipelineTally implements Trace {
  private readonly clock: Pick<Clock, 'monotonicMs'>
  private readonly startMs: number
  private readonly counts: Readonly<Record<Stage, Counts>>

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.clock = clock
    this.startMs = clock.monotonicMs()
    const none = (): Counts => ({ slices: new Map(), errors: 0 })
    const [simulator, ingestion, detection, archive, live] = [
      none(),
      none(),
      none(),
      none(),
      none(),
    ]
    this.counts = { simulator, ingestion, detection, archive, live }
  }

  note(level: FactLevel, fact: Fact): void {
    const worker = STAGE_BY_WORK.get(fact.kind)
    if (worker) this.add(worker, Number(fact[WORK[worker].amount] ?? 0))
    if (level !== 'warn' && level !== 'error') return
    const area = fact.kind.slice(0, fact.kind.indexOf('.'))
    const stage = STAGES.find((one) => one === area)
    if (stage) this.counts[stage].errors += 1
  }

  of(stage: Stage): StageCounts {
    const nowMs = this.clock.monotonicMs()
    const { slices, errors } = this.counts[stage]
    const oldest = sliceOf(nowMs) - RATE_WINDOW_MS / SLICE_MS
    let sum = 0
    for (const [slice, amount] of slices) if (slice > oldest) sum += amount
    const overMs = Math.min(RATE_WINDOW_MS, Math.max(SLICE_MS, nowMs - this.startMs))
    return { ratePerSecond: (sum * 1000) / overMs, errors }
  }

  private add(stage: Stage, amount: number): void {
    const { slices } = this.counts[stage]
    const slice = sliceOf(this.clock.monotonicMs())
    slices.set(slice, (slices.get(slice) ?? 0) + amount)
    for (const old of slices.keys()) {
      if (old > slice - RATE_WINDOW_MS / SLICE_MS) break
      slices.delete(old)
    }
  }
}

function sliceOf(ms: number): number {
  return Math.floor(ms / SLICE_MS)
}
