/**
 * The one live client of the tab, for whoever is drawn. Parts of the state are immutable, so a
 * component that selects a part is drawn again only when that part has changed: a reading of one
 * floor draws nothing of another.
 */
import { createContext, useContext, useRef, useState, useSyncExternalStore } from 'react'
import type { Reading } from '../api/types.ts'
import type { LiveClient } from '../live/live-client.ts'
import type { Connection, LiveState } from '../live/machine.ts'
import { momentAfter } from '../live/pace.ts'

const LiveContext = createContext<LiveClient | null>(null)
export const LiveProvider = LiveContext.Provider

export function useLiveClient(): LiveClient {
  const client = useContext(LiveContext)
  if (!client) throw new Error('LiveProvider is missing')
  return client
}

/** `select` must give a part of the state, or a plain value. */
export function useLive<Part>(select: (state: LiveState) => Part): Part {
  const client = useLiveClient()
  return useSyncExternalStore(client.subscribe, () => select(client.snapshot()))
}

type IsSame<Part> = (a: Part, b: Part) => boolean

/** The same for what costs much to draw: it changes every few seconds at most. */
export function useLiveSlowly<Part>(select: (state: LiveState) => Part): Part {
  const client = useLiveClient()
  return useSyncExternalStore(client.subscribe, () => select(client.slowSnapshot()))
}

/** For what is made of parts: what `isSame` calls the same stays the object that it was. */
export function useLiveSame<Part extends object>(
  select: (state: LiveState) => Part,
  isSame: IsSame<Part>,
): Part {
  const keep = useKept(isSame)
  return useLive((state) => keep(select(state)))
}

/** Gives back the object it was given before, while the new one is the same. */
export function useKept<Part extends object>(isSame: IsSame<Part>): (next: Part) => Part {
  const last = useRef<Part>(undefined)
  return (next) => {
    if (last.current === undefined || !isSame(last.current, next)) last.current = next
    return last.current
  }
}

const NO_SAMPLES: readonly Reading[] = []

/** Newest last. */
export function useSamples(floor: number): readonly Reading[] {
  return useLive((state) => state.samples.get(floor) ?? NO_SAMPLES)
}

/**
 * Wall time, drawn anew every so often, and in the drawing of readings: clocks of their own would
 * have the page laid out between two seconds, and each by itself.
 */
export function useNow(everyMs: number): number {
  const client = useLiveClient()
  const [openedMs] = useState(() => Date.now())
  const now = useRef(openedMs)
  return useSyncExternalStore(client.subscribe, () => {
    now.current = momentAfter(now.current, client.clockMs(), everyMs)
    return now.current
  })
}

/** The moment that readings are shown of: it stands still while they do. */
export function useShownMoment(everyMs: number): number {
  const now = useNow(everyMs)
  return useLive((state) => state.pausedMs) ?? now
}

/** The live client looks at the clock, so nobody who shows this needs to. */
export function useConnection(): Connection['kind'] {
  const client = useLiveClient()
  return useSyncExternalStore(client.subscribe, () => client.connection().kind)
}

/** Since when nothing came, while that is so: it moves on where readings come, but come late. */
export function useSilentSince(): number | undefined {
  const client = useLiveClient()
  return useSyncExternalStore(client.subscribe, () => silentSince(client.connection()))
}

function silentSince(connection: Connection): number | undefined {
  return 'sinceMs' in connection ? connection.sinceMs : undefined
}
