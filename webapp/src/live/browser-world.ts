/**
 * The world of the live client in a browser.
 */
import { ask } from '../api/http.ts'
import { readLatest } from '../api/store-keys.ts'
import type { LiveWorld } from './live-client.ts'
import type { Channel, LiveEvent } from './machine.ts'
import { Pace, type Urgency } from './pace.ts'

const PATHS: Readonly<Record<Channel, string>> = {
  whole: '/api/v1/live',
  alerts: '/anomalies/stream',
}
const NOTIFICATIONS_ASKED = 1_000
const BASE: string = import.meta.env?.VITE_COORDINATOR_URL ?? ''

const pace = new Pace()

export const browserWorld: LiveWorld = {
  now: () => Date.now(),
  open: (channel, lastEventId, signal) =>
    fetch(`${BASE}${PATHS[channel]}`, {
      headers: {
        accept: 'text/event-stream',
        ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
      },
      cache: 'no-store',
      signal,
    }),
  poll: async (signal) => [{ kind: 'readings', readings: await readLatest(signal) }],
  async refresh(signal) {
    const [page, count] = await Promise.all([
      ask('GET /notifications', { query: { limit: String(NOTIFICATIONS_ASKED) }, signal }),
      countOf(signal),
    ])
    return [{ kind: 'list', items: page.items }, count]
  },
  count: async (signal) => [await countOf(signal)],
  nextFrame(call, urgency) {
    setTimeout(
      () => {
        /** A tab in the background draws no frames, yet its bell counts. */
        if (document.hidden) draw(call, urgency)
        else requestAnimationFrame(() => draw(call, urgency))
      },
      pace.waitMs(urgency, performance.now()),
    )
  },
}

async function countOf(signal: AbortSignal): Promise<LiveEvent> {
  const { unread } = await ask('GET /notifications/unread_count', { signal })
  return { kind: 'unread', unread }
}

/** Who is called only says what has to be drawn; it is drawn when the call is over. */
function draw(call: () => void, urgency: Urgency): void {
  const beganMs = performance.now()
  pace.drawn(urgency, beganMs, 0)
  call()
  queueMicrotask(() => pace.drawn(urgency, beganMs, performance.now() - beganMs))
}
