/**
 * The watch tried on the past: each reading goes through the very step that runs live, and what
 * would have been told is counted. Of use to the command and to whoever asks over HTTP.
 */
import type { Incident } from '../../model/incident.ts'
import type { WatchOptions } from '../watch/options.ts'
import type { Learned } from '../watch/verdict.ts'
import { incidentDocument, type SeriesName } from './incident-event.ts'
import { type SeriesState, stepSeries } from './series.ts'

export interface BacktestVerdict {
  readonly score: number
  /** A notification would open. */
  readonly isAlert: boolean
}

export interface BacktestSummary {
  readonly readings: number
  readonly firstMs: number | null
  readonly lastMs: number | null
  /** Notifications that would have opened. */
  readonly alerts: number
  /** Null where too little time has passed to say. */
  readonly alertsPerMonth: number | null
  readonly budgetPerMonth: number
  /** Alerts by the channel that opened them. */
  readonly byChannel: Readonly<Record<string, number>>
  readonly learned: Learned
}

const MONTH_MS = (365.25 / 12) * 86_400_000
const NOTHING: BacktestVerdict = { score: 0, isAlert: false }

export class Backtest {
  private readonly name: SeriesName
  private readonly options: WatchOptions
  private known: SeriesState | undefined
  private learned: Learned = 'cadence'
  private readings = 0
  private firstMs: number | null = null
  private readonly incidents = new Map<string, Incident>()

  constructor(name: SeriesName, options: WatchOptions) {
    this.name = name
    this.options = options
  }

  /** In the order in which they came; late and repeated ones get a score of 0. */
  take(timeMs: number, value: number): BacktestVerdict {
    const step = stepSeries(this.known, timeMs, value, this.options)
    this.readings += 1
    this.firstMs = Math.min(timeMs, this.firstMs ?? timeMs)
    if (step.kind === 'late') return NOTHING
    const { state, score, learned, changes } = step
    this.known = state
    this.learned = learned
    for (const change of changes) {
      const incident = incidentDocument(this.name, change, null)
      this.incidents.set(incident.id, incident)
    }
    return { score, isAlert: changes.some(({ phase }) => phase === 'opened') }
  }

  state(): SeriesState | undefined {
    return this.known
  }

  /** Oldest first. */
  found(): readonly Incident[] {
    return [...this.incidents.values()]
  }

  summary(): BacktestSummary {
    const { readings, firstMs, learned } = this
    const lastMs = this.known?.watch.timeMs ?? null
    const alerts = this.incidents.size
    const months = firstMs === null || lastMs === null ? 0 : (lastMs - firstMs) / MONTH_MS
    return {
      ...{ readings, firstMs, lastMs, alerts },
      alertsPerMonth: months > 0 ? Number((alerts / months).toFixed(2)) : null,
      budgetPerMonth: this.options.budgetPerMonth,
      byChannel: countsOf(this.found().map(({ opening }) => opening.channel)),
      learned,
    }
  }
}

function countsOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}
