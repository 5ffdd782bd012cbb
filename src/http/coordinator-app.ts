/**
 * The public face of a coordinator: every route of the contract's section "Coordinator", and the
 * routes beside it. Here stands only what is where; each subject has a file of its own.
 */
import type { Backtests } from '../history/backtests.ts'
import type { History } from '../history/history.ts'
import type { Live } from '../live/live.ts'
import type { SayingsBook } from '../live/sayings-book.ts'
import type { ThresholdsBook } from '../live/thresholds-book.ts'
import { must } from '../model/must.ts'
import type { Clock } from '../ports/clock.ts'
import type { Trace } from '../ports/trace.ts'
import type { Backup } from '../store/backup.ts'
import { type Store, VALUE_BYTES_MAX } from '../store/client.ts'
import type { RingAdmin } from '../store/coordinator/ring-admin.ts'
import { guardRingChanges } from './admin-token.ts'
import { addAlarmRoutes } from './alarm-routes.ts'
import { addBacktestRoutes } from './backtest-routes.ts'
import { addBackupRoutes } from './backup-routes.ts'
import { addBatchRoutes } from './batch-routes.ts'
import { addFeedbackRoutes } from './feedback-routes.ts'
import { addHistoryRoutes } from './history-routes.ts'
import { createHttpApp, type HttpApp } from './http-app.ts'
import { addIncidentRoutes } from './incident-routes.ts'
import { addKeyLane } from './key-lane.ts'
import { addKeyRoutes, type KeyDoor } from './key-routes.ts'
import { addLearnedRoutes } from './learned-routes.ts'
import { addLiveStreams, type LiveStreams } from './live-streams.ts'
import { addNotificationRoutes } from './notification-routes.ts'
import { addOpsRoutes, type OpsParts, statusOkSchema } from './ops-routes.ts'
import { readAnswers, writeAnswers, writtenSchema } from './outcome-schemas.ts'
import { readAnswer, writeAnswer } from './outcomes.ts'
import { addRequestGate, GATE_DEFAULTS, type GateLimits } from './request-gate.ts'
import { RequestTally } from './request-tally.ts'
import { addShardingRoutes } from './sharding-routes.ts'
import { addSystemRoutes, type CareReporter, type PipelineReport } from './system-routes.ts'
import { addThresholdsRoutes } from './thresholds-routes.ts'
import type { WebApp } from './web-app.ts'

export interface CoordinatorParts extends OpsParts {
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly trace: Trace
  readonly store: Store
  readonly backup: Backup
  readonly ring: RingAdmin
  readonly live: Pick<Live, 'isReady' | 'list' | 'unread' | 'markRead' | 'broadcast'>
  readonly thresholds: Pick<ThresholdsBook, 'current' | 'replace'>
  readonly streams: LiveStreams
  readonly history: History
  readonly backtests: Backtests
  /** What people have said about alarms. */
  readonly sayings: SayingsBook
  readonly pipeline: PipelineReport
  readonly care: CareReporter
  /** The dashboard, where it has been built. */
  readonly web?: WebApp | undefined
  readonly adminToken: string
  /** What changes of the ring ask for; null: anybody may change it. */
  readonly ringToken: string | null
  /** Null: anybody may broadcast. */
  readonly broadcastToken: string | null
  /** Absent: the usual ones. */
  readonly gate?: GateLimits
}

export function createCoordinatorApp(parts: CoordinatorParts): Promise<HttpApp> {
  const tally = new RequestTally()
  const options = { title: 'EnergyGuard coordinator', trace: parts.trace, tally, web: parts.web }
  return createHttpApp(options, (app) => {
    guardRingChanges(app, parts.ringToken)
    const gate = addRequestGate(app, parts.gate ?? GATE_DEFAULTS)
    const summary = 'It answers.'
    const health = { tags: ['operations'], summary, response: { 200: statusOkSchema } }
    app.get('/health', { schema: health }, () => ({ status: 'ok' as const }))
    /** For whoever opens the address in a browser where there is no dashboard. */
    app.get('/', { schema: { hide: true } }, (_, reply) => reply.redirect('/docs'))
    const door = keyDoor(parts.store)
    addKeyRoutes(app, door, KEY_ANSWERS, VALUE_BYTES_MAX)
    addKeyLane(app, { ...parts, door, tally, gate, valueBytesMax: VALUE_BYTES_MAX })
    addBatchRoutes(app, parts.store)
    addBackupRoutes(app, parts.backup)
    addShardingRoutes(app, parts.ring, parts.store)
    addThresholdsRoutes(app, parts.thresholds, parts.adminToken)
    addNotificationRoutes(app, parts.live, parts.broadcastToken)
    addLiveStreams(app, parts.streams)
    addHistoryRoutes(app, parts.history, parts.thresholds)
    addIncidentRoutes(app, parts)
    addFeedbackRoutes(app, parts)
    addAlarmRoutes(app, parts)
    addBacktestRoutes(app, parts.backtests)
    addLearnedRoutes(app, parts.store)
    addSystemRoutes(app, parts)
    addOpsRoutes(app, parts, tally)
  })
}

const KEY_ANSWERS = {
  put: writeAnswers(writtenSchema),
  get: readAnswers,
  delete: writeAnswers(writtenSchema),
}

function keyDoor(store: Pick<Store, 'read' | 'write'>): KeyDoor {
  return {
    async put(key, { valueText, ttlSeconds }, conditions) {
      const living = ttlSeconds === undefined ? {} : { ttlSeconds }
      const [outcome] = await store.write([{ key, text: valueText, ...living, ...conditions }])
      return writeAnswer(must(outcome), 'put')
    },
    async get(key) {
      const [outcome] = await store.read([key])
      return readAnswer(must(outcome))
    },
    async delete(key, conditions) {
      const [outcome] = await store.write([{ key, text: null, ...conditions }])
      return writeAnswer(must(outcome), 'delete')
    },
  }
}
