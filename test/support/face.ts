/**
 * A coordinator's face on a real port over parts that a test chooses: what the store answers, what
 * live hands out, how long the clock stands still. For what real processes cannot be made to do at
 * will; the contract itself is held against real ones.
 */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { systemClock } from '../../src/adapters/system-clock.ts'
import { createBacktests } from '../../src/history/backtests.ts'
import { createHistory } from '../../src/history/history.ts'
import { type CoordinatorParts, createCoordinatorApp } from '../../src/http/coordinator-app.ts'
import type { StreamLimits } from '../../src/http/event-streams.ts'
import type { HttpApp } from '../../src/http/http-app.ts'
import { createHttpServer } from '../../src/http/http-server.ts'
import { LiveStreams } from '../../src/http/live-streams.ts'
import type { Live, Subscriber } from '../../src/live/live.ts'
import type { FloorReading } from '../../src/live/newest-readings.ts'
import type { ReadingListener, ReadingsFeed } from '../../src/live/readings-feed.ts'
import { createSayingsBook } from '../../src/live/sayings-book.ts'
import type { ThresholdsBook } from '../../src/live/thresholds-book.ts'
import { DEFAULT_THRESHOLDS } from '../../src/model/thresholds.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { Backup } from '../../src/store/backup.ts'
import type { RingAdmin } from '../../src/store/coordinator/ring-admin.ts'
import { type FakeStore, fakeStore } from './fake-store.ts'
import { type RecordingTrace, recordingTrace } from './traces.ts'
import { type WireClient, wireClient } from './wire-client.ts'

export const ADMIN_TOKEN = 'test-admin-token'

export interface Face extends WireClient {
  readonly store: FakeStore
  readonly live: FakeLive
  readonly readings: FakeFeed
  readonly stream: LiveStreams
  readonly trace: RecordingTrace
  readonly app: HttpApp
}

export interface FaceOptions extends Partial<CoordinatorParts> {
  readonly clock?: Clock
  readonly streamLimits?: StreamLimits
}

export async function coordinatorFace(
  t: Pick<TestContext, 'after'>,
  { clock = systemClock, streamLimits, ...changed }: FaceOptions = {},
): Promise<Face> {
  const [store, live, trace] = [fakeStore(), new FakeLive(), recordingTrace()]
  const readings = new FakeFeed()
  const stream = new LiveStreams({ clock, trace, live, readings }, streamLimits)
  const app = await createCoordinatorApp({
    ...{ clock, trace, store, live, streams: stream, ring: noRing, thresholds: defaultBook },
    history: createHistory({ clock, store: changed.store ?? store, createTrial: noTrial }),
    pipeline: async () => [],
    backtests: createBacktests({ clock, store: changed.store ?? store, createTrial: noTrial }),
    sayings: createSayingsBook({ clock, trace, store: changed.store ?? store }),
    ...{ adminToken: ADMIN_TOKEN, ringToken: null, broadcastToken: null },
    readiness: () => undefined,
    care: () => null,
    backup: noBackup,
    metrics: { contentType: 'text/plain', text: async () => 'figures 1\n' },
    ...changed,
  })
  const url = await serve(t, app)
  return { ...wireClient(url), store, live, readings, stream, trace, app }
}

/** Puts an app on a free port of loopback until the test ends. */
export async function serve(t: Pick<TestContext, 'after'>, app: HttpApp): Promise<string> {
  const server = createHttpServer(app.routing).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(async () => {
    server.close()
    await app.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Hands out what a test says, and knows who listens. */
export class FakeLive implements Live {
  isReady = true
  newestId: string | undefined
  readonly subscribers = new Set<Subscriber>()
  readonly resumedFrom: (string | undefined)[] = []
  broadcasts: unknown[] = []

  list: Live['list'] = () => []
  unread: Live['unread'] = () => 0
  markRead: Live['markRead'] = async () => ({ kind: 'unavailable', reason: 'The log is away.' })
  run: Live['run'] = async () => {}

  async broadcast(alert: Parameters<Live['broadcast']>[0]): ReturnType<Live['broadcast']> {
    this.broadcasts.push(alert)
    return { kind: 'done', accepted: 1, suppressed: 0 }
  }

  subscribe(lastEventId: string | undefined, subscriber: Subscriber): () => void {
    this.resumedFrom.push(lastEventId)
    this.subscribers.add(subscriber)
    return () => this.subscribers.delete(subscriber)
  }

  show(data: unknown, id?: string): void {
    const event = { name: 'anomaly', data, ...(id === undefined ? {} : { id }) } as const
    for (const subscriber of this.subscribers) subscriber.take(event)
  }
}

/** Readings that a test shows. */
export class FakeFeed implements Pick<ReadingsFeed, 'newest' | 'listen'> {
  readonly known: FloorReading[] = []
  readonly listeners = new Set<ReadingListener>()

  newest(): readonly FloorReading[] {
    return this.known
  }

  listen(listener: ReadingListener): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  show(floor: number, document: object): void {
    const reading = { floor, timeMs: 0, text: JSON.stringify(document) }
    for (const listener of this.listeners) listener(reading)
  }
}

const noTrial = () => {
  throw new Error('this test tries no limit')
}

const defaultBook: Pick<ThresholdsBook, 'current' | 'replace'> = {
  current: async () => ({ thresholds: DEFAULT_THRESHOLDS, isLastKnown: false }),
  replace: async () => ({ kind: 'done', replicas: 2, targets: [] }),
}

const noBackup: Backup = {
  exportPage: async () => ({ kind: 'unavailable', needed: 2, had: 1 }),
  importRows: async (rows) => rows.map(() => ({ kind: 'unknown', needed: 2, had: 1 })),
}

const noRing: RingAdmin = {
  info: () => {
    throw new Error('this test has no ring')
  },
  addNode: async () => ({ kind: 'unreachable', reason: 'No shard answers.' }),
  removeNode: async () => ({ kind: 'conflict', reason: 'Another change is under way.' }),
  replaceNode: async () => ({ kind: 'conflict', reason: 'Another change is under way.' }),
  reconfigure: async () => ({ kind: 'conflict', reason: 'Another change is under way.' }),
  cancel: async () => ({ kind: 'absent', nodes: [] }),
  preview: async () => ({ kind: 'unreachable', reason: 'No shard answers.' }),
}
