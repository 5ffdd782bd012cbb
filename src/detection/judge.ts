/**
 * What both manners of detection judge with: the limits, the statistics and the rules, kept fresh
 * in the background so that no reading waits for them. Trouble with the history never stops alarms:
 * limits are judged without it.
 */
import type { Thresholds } from '../model/thresholds.ts'
import type { SayingsSource } from '../ports/sayings-source.ts'
import type { BucketAverage, StatisticsTable } from '../ports/statistics.ts'
import { sayingsKeeper } from './incidents/sayings-keeper.ts'
import type { TellingContext } from './incidents/telling.ts'
import { perMetric, type WatchContext } from './incidents/watched-floor.ts'
import type { DetectionRules } from './rules.ts'
import { statisticsCache } from './statistics-cache.ts'
import type { StepContext } from './step.ts'
import { type KeeperWorld, thresholdsKeeper } from './thresholds-keeper.ts'
import type { Task } from './together.ts'

export interface JudgeWorld extends KeeperWorld {
  readonly statistics: StatisticsTable
  /** What people have said about alarms; asked where the watch judges. */
  readonly sayings: SayingsSource
}

export interface JudgeOptions {
  readonly rules: DetectionRules
  /** False alarms that are borne in a month, of a floor. Of use to the watch only. */
  readonly budgetPerMonth: number
  /** STATS_REFRESH_SECS, in ms. */
  readonly statisticsRefreshMs: number
  /** How often the limits are asked for. */
  readonly thresholdsPollMs: number
  /** Says what would be raised; writes nothing anywhere. */
  readonly dryRun: boolean
}

export interface Judge {
  context(): StepContext
  /** What the watch judges with. */
  watching(): WatchContext
  /** Who is told of what it finds. */
  telling(): TellingContext
  /** Adds finished half hours to the history. */
  learn(averages: readonly BucketAverage[]): void
  begin(lastKnown: Thresholds | undefined, signal: AbortSignal): Promise<void>
  /** What keeps limits and statistics fresh. */
  readonly tasks: readonly Task[]
}

/** A holiday is found by how it goes, not by a country's list. */
const NO_HOLIDAYS: ReadonlySet<number> = new Set()

/** `remember` makes limits survive this process. */
export function createJudge(
  world: JudgeWorld,
  options: JudgeOptions,
  remember: (thresholds: Thresholds, signal: AbortSignal) => Promise<void>,
): Judge {
  const { clock, trace, statistics } = world
  const { rules, statisticsRefreshMs, thresholdsPollMs, dryRun } = options
  const { timeZone } = rules
  const cache = statisticsCache(statistics)
  const keeper = thresholdsKeeper(world, { pollMs: thresholdsPollMs, remember })
  const sayings = sayingsKeeper(world, thresholdsPollMs)
  const watch = {
    budgetPerMonth: perMetric(options.budgetPerMonth),
    ...{ timeZone, holidays: NO_HOLIDAYS },
  }
  const refresh = async (signal: AbortSignal) => {
    try {
      const slots = await cache.refresh(() => clock.sleep(0, signal))
      trace.note('debug', { kind: 'detection.statistics', slots })
    } catch (error) {
      signal.throwIfAborted()
      trace.note('warn', { kind: 'detection.statistics-unreadable', reason: String(error) })
    }
  }
  const refreshLoop: Task = async (signal) => {
    for (;;) {
      await clock.sleep(statisticsRefreshMs, signal)
      await refresh(signal)
    }
  }
  return {
    context: () => ({ thresholds: keeper.current(), statistics: cache, rules }),
    watching: () => ({ options: watch, decisions: sayings.current().decisions }),
    telling: () => ({ sayings: sayings.current(), thresholds: keeper.current(), timeZone }),
    learn(averages) {
      if (averages.length === 0 || dryRun) return
      try {
        statistics.insert(averages)
      } catch (error) {
        trace.note('warn', { kind: 'detection.half-hour-lost', reason: String(error) })
      }
    },
    async begin(lastKnown, signal) {
      await refresh(signal)
      if (rules.rule === 'watch') await sayings.begin()
      await keeper.begin(lastKnown, signal)
    },
    tasks: [keeper.run, refreshLoop, ...(rules.rule === 'watch' ? [sayings.run] : [])],
  }
}
