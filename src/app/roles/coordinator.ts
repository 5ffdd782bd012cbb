/**
 * The coordinator as a process, or as a part of one: keys, thresholds, notifications and the live
 * stream on one port.
 *
 * It looks for its shards' ring for a moment before it takes requests, since one that starts anew
 * would refuse keys that are all there. From then on nothing of it waits for anything else: keys
 * are served while the log is away, and the alarms that are known while the shards are; `/readyz`
 * says what is missing.
 */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bodySignature } from '../../adapters/body-signature.ts'
import { FrameNetwork } from '../../adapters/frame-network.ts'
import { createHttpNetwork } from '../../adapters/http-network.ts'
import { shardBookFile } from '../../adapters/shard-book-file.ts'
import { thresholdsFile } from '../../adapters/thresholds-file.ts'
import { WebFolder } from '../../adapters/web-files.ts'
import { Backtest } from '../../detection/incidents/backtest.ts'
import { perMetric } from '../../detection/incidents/watched-floor.ts'
import { LimitTrial } from '../../detection/limit-trial.ts'
import { type Backtests, createBacktests } from '../../history/backtests.ts'
import { createHistory, type History } from '../../history/history.ts'
import { createCoordinatorApp } from '../../http/coordinator-app.ts'
import { LiveStreams } from '../../http/live-streams.ts'
import type { CareReport } from '../../http/system-routes.ts'
import { WebApp } from '../../http/web-app.ts'
import { createLive } from '../../live/followed-live.ts'
import type { Live } from '../../live/live.ts'
import { createReadingsFeed } from '../../live/readings-feed.ts'
import { createSayingsBook } from '../../live/sayings-book.ts'
import { createThresholdsBook } from '../../live/thresholds-book.ts'
import type { Metric } from '../../model/alert.ts'
import type { Log } from '../../ports/log.ts'
import type { Address, Network } from '../../ports/network.ts'
import type { SayingsSource } from '../../ports/sayings-source.ts'
import type { Service } from '../../ports/service.ts'
import type { ThresholdSource } from '../../ports/threshold-source.ts'
import type { Store } from '../../store/client.ts'
import type { CareStatus } from '../../store/coordinator/care/caretaker.ts'
import {
  type Coordinator,
  type CoordinatorOptions,
  createCoordinator,
} from '../../store/coordinator/coordinator.ts'
import { clusterSecret } from '../cluster-secret.ts'
import type { Invocation } from '../command.ts'
import { type Context, runRole } from '../context.ts'
import { openFace } from '../face.ts'
import { connectLog, declareTopics } from '../open-log.ts'
import type { Readiness } from '../ops-server.ts'
import { joinParts, type Part, part } from '../part.ts'
import { pipelineReport } from '../pipeline-report.ts'
import type { Stage } from '../pipeline-tally.ts'
import { recalled, rememberingRing } from '../remembering-ring.ts'
import type { Resolved } from '../settings/resolve.ts'
import { DEFAULT_ADMIN_TOKEN } from '../settings/store.ts'

export function runCoordinator(invocation: Invocation): Promise<number> {
  return runRole(invocation, async (context) => {
    const signature = bodySignature(clusterSecret(context.settings))
    const http = createHttpNetwork({ ...context, signature })
    const network = new FrameNetwork({ clock: context.clock, signature, http })
    const log = await connectLog(context)
    const bootstrap = context.settings.bootstrapNodes
    const { url, part: face } = await coordinatorPart(context, { network, log, bootstrap })
    context.announce(`energyguard coordinator ready at ${url}`)
    return joinParts([part([], () => network.close()), part([], () => log.close()), face])
  })
}

/** In the data folder: where the shards are that were registered over the API. */
const SHARD_BOOK = 'shards.json'
/** This share of an operation's time a greeting waits for its answer, */
export const GREETING_SHARE = 0.5
/** and this one a coordinator looks for its ring: a shard that hangs is taken as silent by then. */
export const FIRST_LOOK_SHARE = 1.5
const FIRST_LOOK_STEP_MS = 10

export interface CoordinatorSurroundings {
  /** Closed by its owner, as the log is. */
  readonly network: Network
  readonly log: Log
  readonly bootstrap: readonly Address[]
  /** Stages that run beside it in this process. */
  readonly stages?: readonly Stage[]
  /** What else the process waits for, for `/readyz`. */
  readonly readiness?: Readiness
}

export interface CoordinatorPart {
  readonly part: Part
  readonly url: string
  readonly store: Store
  /** The dashboard has been built, and is served at `url`. */
  readonly hasDashboard: boolean
  /** For detection in the same process. */
  readonly thresholds: ThresholdSource
  readonly sayings: SayingsSource
}

/** Throws CommandError when the port cannot be had. */
export async function coordinatorPart(
  context: Context,
  { network, log, bootstrap, stages = [], readiness = () => undefined }: CoordinatorSurroundings,
): Promise<CoordinatorPart> {
  const { clock, trace, metrics, settings } = context
  const isNamed = bootstrap.length > 0
  const shardBook = shardBookFile(join(settings.dataDir, SHARD_BOOK))
  const { addresses: remembered, expectsShards } = isNamed
    ? { addresses: [], expectsShards: true }
    : await recalled(shardBook, trace)
  const coordinator = storeOf(context, network, { bootstrap, remembered })
  const follower = { clock, trace, log, random: context.random.fork('live') }
  const live = createLive(follower, {
    bufferSize: settings.notifyBufferSize,
    suppressMs: settings.notifySuppressSeconds * 1000,
  })
  const readings = createReadingsFeed(follower, settings.topic)
  const file = thresholdsFile(settings.thresholdsPath)
  const store = coordinator.systemStore
  const book = createThresholdsBook({ clock, trace, store, file, expectsShards })
  const sayings = createSayingsBook({ clock, trace, store })
  const web = new WebApp(new WebFolder(WEB_FOLDER, clock))
  const streams = new LiveStreams({ clock, trace, live, readings })
  metrics.gauge('http_streams', 'Streams of alarms that are open.', () => streams.size)
  const app = await createCoordinatorApp({
    ...{ clock, trace, metrics, live, streams, thresholds: book },
    history: historyOf(context, coordinator.store),
    backtests: backtestsOf(context, coordinator.store),
    sayings,
    pipeline: pipelineOf(context, log, [...stages, 'live']),
    web,
    store: coordinator.store,
    backup: coordinator.backup,
    ring: isNamed ? coordinator.ring : rememberingRing(coordinator.ring, shardBook, trace),
    care: () => careReport(coordinator.care()),
    adminToken: settings.adminToken,
    ringToken: settings.adminToken === DEFAULT_ADMIN_TOKEN ? null : settings.adminToken,
    broadcastToken: settings.internalBroadcastToken,
    readiness: async () => (await waitsFor(coordinator, live)) ?? readiness(),
  })
  const running = coordinator.run(context.signal)
  if (isNamed || remembered.length > 0) await firstLook(context, coordinator)
  const address = { host: settings.host, port: settings.coordinatorPort }
  const face = await openFace(clock, app, address, '--port')
  const services = [
    { name: 'store', service: { run: () => running } },
    { name: 'live', service: onDeclaredTopics(context, log, [live, readings]) },
    { name: 'thresholds', service: book },
  ]
  return {
    part: joinParts([part(services), face.part]),
    url: face.url,
    store: coordinator.store,
    hasDashboard: web.index !== undefined,
    thresholds: book.source,
    sayings,
  }
}

function storeOf(
  { clock, random, trace, resolved, settings }: Context,
  network: Network,
  known: Pick<CoordinatorOptions, 'bootstrap' | 'remembered'>,
): Coordinator {
  const requestTimeoutMs = settings.requestTimeoutSeconds * 1000
  return createCoordinator(
    { clock, trace, network, random: random.fork('coordinator') },
    {
      ...known,
      limits: { requestTimeoutMs },
      pingTimeoutMs: requestTimeoutMs * GREETING_SHARE,
      replication: replicationOf(resolved),
      virtualNodes: settings.virtualNodes,
      care: {
        roundMs: settings.repairCycleSeconds * 1000,
        bytesPerSecond: settings.repairBytesPerSecond,
        graceMs: settings.tombstoneGraceSeconds * 1000,
      },
    },
  )
}

/** A factor that somebody gave wins over the ratio, and the ratio over the default factor. */
function replicationOf({ settings, sources }: Resolved) {
  const { replicationFactor, replicationRatio } = settings
  return replicationRatio !== null && sources.replicationFactor.kind === 'default'
    ? ({ kind: 'ratio', ratio: replicationRatio } as const)
    : ({ kind: 'factor', factor: replicationFactor } as const)
}

/** Until there is a ring to go by, or for as long as the limit. */
async function firstLook(
  { clock, signal, settings }: Context,
  { store }: Coordinator,
): Promise<void> {
  const limitMs = settings.requestTimeoutSeconds * 1000 * FIRST_LOOK_SHARE
  const untilMs = clock.monotonicMs() + limitMs
  while ((await store.status()).shards === 0 && clock.monotonicMs() < untilMs) {
    await clock.sleep(FIRST_LOOK_STEP_MS, signal)
  }
}

/** Whoever comes first makes the topics; they are followed once they are there. */
function onDeclaredTopics(context: Context, log: Log, followers: readonly Service[]): Service {
  return {
    async run(signal) {
      await declareTopics(context, log, signal)
      await Promise.all(followers.map((follower) => follower.run(signal)))
    },
  }
}

/** Limits are tried by the rules of the detectors, as far as this process is told of them. */
function historyOf({ clock, settings }: Context, store: Store): History {
  const rules = {
    cooldownMs: settings.edgeCooldownSeconds * 1000,
    margin: settings.anomalyThresholdMargin,
  }
  const createTrial = (metric: Metric, value: number) => new LimitTrial(metric, value, rules)
  return createHistory({ clock, store, createTrial })
}

/** Budgets are tried by the very step that runs live, in the time of the site. */
function backtestsOf({ clock, settings }: Context, store: Store): Backtests {
  return createBacktests({
    ...{ clock, store },
    createTrial: ({ floor, metric, budgetPerMonth }) =>
      new Backtest(
        { floor, metric },
        {
          budgetPerMonth: perMetric(budgetPerMonth),
          ...{ timeZone: settings.siteTimezone, holidays: new Set() },
        },
      ),
  })
}

function pipelineOf({ clock, pipeline, settings }: Context, log: Log, stages: readonly Stage[]) {
  const { topic, groupId } = settings
  const world = { clock, log, tally: pipeline }
  return pipelineReport(world, { stages, readingsTopic: topic, ingestionGroup: groupId })
}

function careReport(status: CareStatus | null): CareReport | null {
  if (!status) return null
  const { repair, hintsWaiting } = status
  return {
    hintsWaiting,
    partitionsRepaired: repair.repairedMs.size,
    repairAgeSeconds: repair.worstAgeMs / 1000,
    rowsDiverged: repair.diverged,
    bytesCarried: repair.bytes,
  }
}

const WEB_FOLDER = fileURLToPath(new URL('../../../webapp/dist', import.meta.url))

async function waitsFor({ store }: Coordinator, live: Live): Promise<string | undefined> {
  const { shards, reachable } = await store.status()
  if (shards === 0) return 'No shard is registered yet.'
  if (!reachable) return 'Too few shards answer: some keys have no quorum.'
  return live.isReady ? undefined : 'The alerts log has not been read to its end yet.'
}
