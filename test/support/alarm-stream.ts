/**
 * A browser that watches the alarms: it stays on `/anomalies/stream`, comes back after each break
 * with `Last-Event-ID`, and remembers every notification in the order it was shown.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { parseEvents, type ServerEvent } from '../../src/app/server-events.ts'

export interface ShownAlarm {
  readonly id: string
  /** `performance.now()` when it came. */
  readonly shownMs: number
}

export interface AlarmWatcher {
  /** Grows while the watcher is there. */
  readonly shown: readonly ShownAlarm[]
  /** How often the stream said that some are gone. */
  gaps(): number
  /** How often the stream ended and was opened again. */
  breaks(): number
  stop(): Promise<void>
}

const RECONNECT_MS = 100

/** Resolves once the stream is open, so that nothing raised from now on is missed. */
export async function watchAlarms(coordinatorUrl: string): Promise<AlarmWatcher> {
  const controller = new AbortController()
  const shown: ShownAlarm[] = []
  const counts = { gaps: 0, breaks: 0 }
  const opened = Promise.withResolvers<void>()
  const see = (event: ServerEvent) => {
    opened.resolve()
    if (event.name === 'gap') counts.gaps += 1
    if (event.name !== 'anomaly') return
    const { id } = JSON.parse(event.data) as { id: string }
    shown.push({ id, shownMs: performance.now() })
  }
  const watching = watch(coordinatorUrl, controller.signal, see, () => {
    counts.breaks += 1
  })
  await opened.promise
  return {
    shown,
    gaps: () => counts.gaps,
    breaks: () => counts.breaks,
    async stop() {
      controller.abort()
      await watching
    },
  }
}

async function watch(
  url: string,
  signal: AbortSignal,
  see: (event: ServerEvent) => void,
  noteBreak: () => void,
): Promise<void> {
  let lastId: string | undefined
  while (!signal.aborted) {
    try {
      const headers = { ...(lastId === undefined ? {} : { 'last-event-id': lastId }) }
      const response = await fetch(`${url}/anomalies/stream`, { headers, signal })
      for await (const event of parseEvents(response.body ?? neverMind)) {
        lastId = event.id ?? lastId
        see(event)
      }
    } catch {
      // The coordinator is away; the next round asks again.
    }
    if (signal.aborted) return
    noteBreak()
    await sleep(RECONNECT_MS)
  }
}

const neverMind: AsyncIterable<Uint8Array> = (async function* () {})()
