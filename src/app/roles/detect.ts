/**
 * Detection as a process: every reading from the log (with the archive that writes alert
 * documents), or by polling, in the original's manner.
 */
import { createHttpBroadcast } from '../../adapters/http-broadcast.ts'
import { createHttpSayings } from '../../adapters/http-sayings.ts'
import { createHttpStore } from '../../adapters/http-store.ts'
import { createHttpThresholds } from '../../adapters/http-thresholds.ts'
import { openStatistics } from '../../adapters/sqlite-statistics.ts'
import { createAlertArchive } from '../../detection/archive.ts'
import type { JudgeOptions } from '../../detection/judge.ts'
import { createLogDetection } from '../../detection/log-detection.ts'
import type { NamedFloors } from '../../detection/named-floors.ts'
import { createPollDetection } from '../../detection/poll-detection.ts'
import type { Log } from '../../ports/log.ts'
import type { SayingsSource } from '../../ports/sayings-source.ts'
import type { StatisticsTable } from '../../ports/statistics.ts'
import type { ThresholdSource } from '../../ports/threshold-source.ts'
import type { Store } from '../../store/client.ts'
import type { Invocation } from '../command.ts'
import type { Context } from '../context.ts'
import { joinParts, type Part, part } from '../part.ts'
import { runStage, runStageWithoutLog } from '../run-stage.ts'
import type { Resolved } from '../settings/resolve.ts'
import type { Settings } from '../settings.ts'

/** How often limits are asked for: a change by hand is felt within this time. */
const THRESHOLDS_POLL_MS = 2_000

export function runDetect(invocation: Invocation): Promise<number> {
  if (invocation.resolved.settings.source === 'poll') {
    return runStageWithoutLog(invocation, async (context) => {
      const store = httpStore(context)
      return joinParts([store.part, pollPart(context, store.store)])
    })
  }
  return runStage(invocation, async (context, log) => {
    const store = httpStore(context)
    return joinParts([store.part, logPart(context, log, store.store)])
  })
}

function httpStore(context: Context): { readonly store: Store; readonly part: Part } {
  const { clock, settings, signal: stopping } = context
  const store = createHttpStore({ url: settings.coordinatorUrl, clock, stopping })
  return { store, part: part([], () => store.close()) }
}

function logPart(context: Context, log: Log, store: Store): Part {
  notePollSeconds(context)
  const statistics = openStatistics({ path: context.settings.historicalDbPath })
  const url = context.settings.coordinatorUrl
  const [thresholds, sayings] = [createHttpThresholds({ url }), createHttpSayings({ url })]
  const detection = detectionPart(context, log, statistics, { thresholds, sayings })
  return context.settings.dryRun
    ? detection
    : joinParts([detection, archivePart(context, log, store)])
}

function notePollSeconds({ trace, resolved }: Context): void {
  const { kind, from } = resolved.sources.pollSeconds
  if (kind === 'default') return
  const reason = 'readings of the log are judged as they come; only --source poll polls'
  trace.note('warn', { kind: 'detection.setting-without-effect', setting: from, reason })
}

function pollPart(context: Context, store: Store): Part {
  const { clock, random, trace, settings } = context
  const statistics = openStatistics({ path: settings.historicalDbPath })
  const url = settings.coordinatorUrl
  const service = createPollDetection(
    {
      ...{ clock, trace, store, statistics, random: random.fork('detection') },
      thresholds: createHttpThresholds({ url }),
      sayings: createHttpSayings({ url }),
      broadcast: createHttpBroadcast({ url, token: settings.internalBroadcastToken }),
    },
    {
      ...judgeOptions(settings),
      floors: settings.floors,
      pollMs: settings.pollSeconds * 1000,
    },
  )
  return part([{ name: 'detection', service }], async () => statistics.close())
}

/** Detection from the log within any process. Closes the statistics. */
export function detectionPart(
  { clock, random, trace, settings, resolved }: Context,
  log: Log,
  statistics: StatisticsTable,
  sources: { readonly thresholds: ThresholdSource; readonly sayings: SayingsSource },
): Part {
  const service = createLogDetection(
    { clock, trace, log, statistics, ...sources, random: random.fork('detection') },
    { ...judgeOptions(settings), topic: settings.topic, floors: namedFloors(resolved) },
  )
  return part([{ name: 'detection', service }], async () => statistics.close())
}

/** From the log all floors are judged, unless somebody has named some. */
function namedFloors({ settings, sources }: Resolved): NamedFloors {
  return sources.floors.kind === 'default' ? undefined : new Set(settings.floors)
}

/** Alert documents from the log into the store, within any process. */
export function archivePart({ clock, random, trace }: Context, log: Log, store: Store): Part {
  const service = createAlertArchive({ clock, trace, log, store, random: random.fork('archive') })
  return part([{ name: 'archive', service }])
}

function judgeOptions(settings: Settings): JudgeOptions {
  return {
    rules: {
      cooldownMs: settings.edgeCooldownSeconds * 1000,
      sigmas: settings.anomalySigmas,
      countMin: settings.anomalyMinimumCount,
      margin: settings.anomalyThresholdMargin,
      timeZone: settings.siteTimezone,
      rule: settings.rule,
    },
    budgetPerMonth: settings.budget,
    statisticsRefreshMs: settings.statisticsRefreshSeconds * 1000,
    thresholdsPollMs: THRESHOLDS_POLL_MS,
    dryRun: settings.dryRun,
  }
}
