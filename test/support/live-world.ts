/**
 * Coordinators' notifications over one alerts log, and people who listen: what each has heard, and
 * where it would go on after a lost connection.
 */
import type { TestContext } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { seededRandom } from '../../src/adapters/seeded-random.ts'
import { systemClock } from '../../src/adapters/system-clock.ts'
import { createLive } from '../../src/live/followed-live.ts'
import type { Live, StreamEvent } from '../../src/live/live.ts'
import type { ForeignAlert, Notification } from '../../src/model/notification.ts'
import { ALERTS_TOPIC } from '../../src/model/topics.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { Log, NewRecord } from '../../src/ports/log.ts'
import { eventually } from './eventually.ts'
import { recordingTrace } from './traces.ts'

export const LIVE_OPTIONS = { bufferSize: 200, suppressMs: 20_000 }

export function aNotification(id: string, timestamp = 0): Notification {
  const amounts = { value: 12, threshold: 11, threshold_base: 11 }
  const kinds = { metric: 'kw', severity: 'warning', message: 'kW oltre soglia' } as const
  return { id, timestamp, timestamp_ms: timestamp * 1000, floor: 1, ...kinds, ...amounts }
}

/** A record of our own detector, which brings the alert's document along. */
export function ours(id: string): NewRecord {
  const record = { kind: 'notification', notification: aNotification(id), alert: { piano: 1 } }
  return { key: '1', value: JSON.stringify(record) }
}

/** An alert as another detector sends it, with one event over the limit of kW. */
export function foreignAlert(
  second: number,
  events: readonly string[] = ['kw_over'],
): ForeignAlert {
  const timestamp = 1_750_000_000 + second
  const eventi = events.map((tipo) => ({ tipo, valore: 12, threshold: 11 }))
  return { piano: 1, timestamp, raw: { piano: 1, timestamp }, eventi }
}

export interface StartedLive extends Live {
  readonly trace: ReturnType<typeof recordingTrace>
  stop(): Promise<void>
  ids(): readonly string[]
}

/** Starts following; does not wait until it is ready. Ends with the test. */
export function startLive(
  t: Pick<TestContext, 'after'>,
  log: Log,
  options: Partial<typeof LIVE_OPTIONS> & { readonly clock?: Clock } = {},
): StartedLive {
  const { clock = systemClock, ...changed } = options
  const trace = recordingTrace()
  const world = { clock, log, trace, random: seededRandom('live') }
  const live = createLive(world, { ...LIVE_OPTIONS, ...changed })
  const ending = new AbortController()
  const running = live.run(ending.signal)
  const stop = async () => {
    ending.abort(new Error('stopped'))
    await running
  }
  t.after(stop)
  const ids = () => live.list({ limit: 1_000 }).map(({ id }) => id)
  return Object.assign(live, { trace, stop, ids })
}

export function ready(...lives: readonly Live[]): Promise<unknown> {
  return eventually('the notifications are ready', () => lives.every((live) => live.isReady))
}

/** Lets everything that is under way come through. */
export async function settle(turns = 20): Promise<void> {
  for (let i = 0; i < turns; i += 1) await turn()
}

export class Listener {
  readonly events: StreamEvent[] = []
  lastEventId: string | undefined
  private leave = () => {}

  /** Comes, or comes back, with the id of the last event it knows. */
  connect(live: Live): this {
    this.leave()
    this.leave = live.subscribe(this.lastEventId, {
      take: (event) => {
        this.events.push(event)
        this.lastEventId = event.id ?? this.lastEventId
      },
    })
    return this
  }

  disconnect(): void {
    this.leave()
    this.leave = () => {}
  }

  /** Ids of the notifications it has heard of, and a dash for each gap. */
  heard(): readonly string[] {
    return this.events.map(({ name, data }) => (name === 'gap' ? '-' : (data as Notification).id))
  }
}

/** Appends records of our own detector. */
export async function raise(log: Log, ...ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await log.append(ALERTS_TOPIC, ids.map(ours))
}
