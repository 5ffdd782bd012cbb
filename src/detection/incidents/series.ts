/**
 * One metric of one floor, reading by reading: the detector and the incidents that its findings
 * make. This very step runs live and in every backtest, so what a backtest tells is what would have
 * been told. Pure; the state is plain JSON and bounded.
 */
import { withClockBack } from '../watch/clock-back.ts'
import { knowledgeOf, withLevelConfirmed } from '../watch/knowledge.ts'
import type { WatchOptions } from '../watch/options.ts'
import type { Learned } from '../watch/verdict.ts'
import { type WatchState, watch } from '../watch/watch.ts'
import { evidenceOf } from './evidence.ts'
import { type IncidentChange, type OpenIncident, stepIncidents } from './incident-machine.ts'

export interface SeriesState {
  readonly watch: WatchState
  readonly open: readonly OpenIncident[]
  /** When the last word on a changed level was said that has been heard; 0 = none. */
  readonly decidedMs: number
}

export type SeriesStep =
  /** Not newer than the newest: nothing changes. */
  | { readonly kind: 'late' }
  | {
      readonly kind: 'judged'
      readonly state: SeriesState
      readonly score: number
      readonly learned: Learned
      readonly changes: readonly IncidentChange[]
    }

/** `state` undefined: the first reading. */
export function stepSeries(
  state: SeriesState | undefined,
  timeMs: number,
  value: number,
  options: WatchOptions,
): SeriesStep {
  const { state: next, verdict } = watch(state?.watch, timeMs, value, options)
  if (verdict.kind === 'late') return verdict
  const { score, findings, learned } = verdict
  const context = { timeMs, learned, timeZone: options.timeZone }
  const found = findings.map((finding) => evidenceOf(finding, context))
  const { stepMs = 0, shift } = knowledgeOf(next)
  const moment = { timeMs, stepMs, found, isShifted: shift !== undefined }
  const { open, changes } = stepIncidents(state?.open ?? [], moment)
  const decidedMs = state?.decidedMs ?? 0
  return { kind: 'judged', state: { watch: next, open, decidedMs }, score, learned, changes }
}

/** The clock was ahead and has been put back: see `withClockBack`. What is open goes on. */
export function withSeriesBack(state: SeriesState, timeMs: number, timeZone: string): SeriesState {
  const open = state.open.map((one) => ({ ...one, foundMs: Math.min(one.foundMs, timeMs) }))
  return { ...state, open, watch: withClockBack(state.watch, timeMs, timeZone) }
}

/** Somebody says, at `saidMs`, that the level has changed for good. Said twice, it counts once. */
export function confirmLevel(state: SeriesState, saidMs: number): SeriesState {
  if (saidMs <= state.decidedMs) return state
  return { ...state, watch: withLevelConfirmed(state.watch), decidedMs: saidMs }
}
