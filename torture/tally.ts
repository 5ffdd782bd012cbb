/**
 * What is counted while clients are at work: failures by kind, when writes were acknowledged, and
 * windows of time in which somebody wants to know whether anything failed.
 */
import type { Attempt } from './key-gaps.ts'

export interface WindowCount {
  requests: number
  readonly failures: Map<string, number>
}

/** An acknowledged write. */
export interface Ack {
  readonly atMs: number
  readonly tookMs: number
}

export class Tally {
  readonly acks: Ack[] = []
  /** Every plain write, whatever became of it. */
  readonly attempts: Attempt[] = []
  readonly failures = new Map<string, number>()
  private readonly open = new Set<WindowCount>()

  /** Counts the requests that begin from now on; the result ends that and tells. */
  openWindow(): () => WindowCount {
    const window: WindowCount = { requests: 0, failures: new Map() }
    this.open.add(window)
    return () => {
      this.open.delete(window)
      return window
    }
  }

  /** A request begins; the result is told how it failed, if it did. */
  begin(): (failure: string | undefined) => void {
    const windows = [...this.open]
    for (const window of windows) window.requests += 1
    return (failure) => {
      if (failure === undefined) return
      for (const { failures } of [this, ...windows]) countOne(failures, failure)
    }
  }
}

export function countOne(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

export function sumOf(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0)
}

/**
 * The longest time between two acknowledged writes next to each other, of all that touches the
 * span; a span without any is one gap.
 */
export function longestGapMs(acks: readonly Ack[], fromMs: number, toMs: number): number {
  const times = acks.map(({ atMs }) => atMs).sort((a, b) => a - b)
  const before = times.findLast((atMs) => atMs <= fromMs) ?? fromMs
  const inside = times.filter((atMs) => atMs > fromMs && atMs < toMs)
  const after = times.find((atMs) => atMs >= toMs) ?? toMs
  const points = [before, ...inside, after]
  return Math.max(...points.slice(1).map((atMs, index) => atMs - (points[index] ?? atMs)))
}

/** Of the writes that were acknowledged within the span. */
export function slowestMs(acks: readonly Ack[], fromMs: number, toMs: number): number {
  const inside = acks.filter(({ atMs }) => atMs > fromMs && atMs < toMs)
  return Math.max(0, ...inside.map(({ tookMs }) => tookMs))
}
