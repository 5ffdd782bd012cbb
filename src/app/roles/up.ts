/**
 * Every role in one process: three shards, a coordinator, ingestion, detection, the login and a
 * simulated building, meeting at the log and the store as they would on several machines. It needs
 * nothing else installed and keeps everything in one folder.
 */
import { createLocalNetwork } from '../../adapters/local-network.ts'
import { openStatistics } from '../../adapters/sqlite-statistics.ts'
import type { Log } from '../../ports/log.ts'
import type { StatisticsTable } from '../../ports/statistics.ts'
import type { Invocation } from '../command.ts'
import { type Context, runRole } from '../context.ts'
import { lockFolder } from '../folder-lock.ts'
import { openLog } from '../open-log.ts'
import { joinParts, type Part, part } from '../part.ts'
import type { Stage } from '../pipeline-tally.ts'
import { localShardsPart } from '../shard-part.ts'
import { type CoordinatorPart, coordinatorPart } from './coordinator.ts'
import { archivePart, detectionPart } from './detect.ts'
import { ingestPart } from './ingest.ts'
import { loginPart } from './login.ts'
import { populate } from './populate-history.ts'
import { simulatePart } from './simulate.ts'

/** With three one may fail and everything goes on. */
const SHARDS = 3

export function runUp(invocation: Invocation): Promise<number> {
  return runRole(invocation, async (context) => {
    const lock = lockFolder(context.settings.dataDir)
    const log = await openLog(context)
    const store = await storePart(context, log)
    const login = await loginPart(context, context.settings.loginPorts, '--login-ports')
    context.announce(welcome(context, store, login.urls))
    return joinParts([
      part([], async () => lock.release()),
      part([], () => log.close()),
      store.part,
      login.part,
      stagesPart(context, log, store),
    ])
  })
}

/** The coordinator over shards of this process. */
async function storePart(context: Context, log: Log): Promise<CoordinatorPart> {
  const network = createLocalNetwork(context.clock)
  const shards = localShardsPart(context, network, SHARDS)
  const bootstrap = shards.addresses
  const stages = stagesOf(context)
  const coordinator = await coordinatorPart(context, { network, log, bootstrap, stages })
  return { ...coordinator, part: joinParts([shards.part, coordinator.part]) }
}

function stagesOf({ settings }: Context): readonly Stage[] {
  return [...(settings.simulate ? ['simulator' as const] : []), 'ingestion', 'detection', 'archive']
}

function stagesPart(context: Context, log: Log, coordinator: CoordinatorPart): Part {
  const { store } = coordinator
  return joinParts([
    ingestPart(context, log, store, SHARDS),
    detectionPart(context, log, statisticsOf(context), coordinator),
    archivePart(context, log, store),
    ...(context.settings.simulate ? [simulatePart(context, log)] : []),
  ])
}

/**
 * The simulated building has no past at its first start, so one is made up for it. Meters that are
 * real are never judged by it: without the simulation they make their own past.
 */
function statisticsOf({ clock, settings, trace }: Context): StatisticsTable {
  const statistics = openStatistics({ path: settings.historicalDbPath })
  if (!settings.simulate || statistics.floors().length > 0) return statistics
  const { rows, floors } = populate(statistics, settings, clock.wallMs())
  trace.note('info', { kind: 'history.populated', rows, floors })
  return statistics
}

function welcome(
  { settings }: Context,
  { url, hasDashboard }: CoordinatorPart,
  logins: readonly string[],
): string {
  return [
    `energyguard up ready at ${url}`,
    ...(hasDashboard ? [`  dashboard        ${url}/`] : []),
    `  newest reading   ${url}/key/energy:p1:latest`,
    `  alarms, live     ${url}/anomalies/stream`,
    `  every route      ${url}/docs`,
    `  login            ${logins.join(', ')}`,
    `  data             ${settings.dataDir}`,
    '  Ctrl-C stops it; started again it knows everything.',
  ].join('\n')
}
