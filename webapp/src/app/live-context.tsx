/**
 * The one live client of the tab, for whoever is drawn. Parts of the state are immutable, so a
 * component that selects a part is drawn again only when that part has changed.
 */
import {
  createContext,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from 'react'
import type { LiveClient } from '../live/live-client.ts'
import { type Connection, connectionOf, type LiveState } from '../live/machine.ts'

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

/** Wall time, drawn anew every so often. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}

export function useConnection(): Connection {
  const now = useNow(1_000)
  /** As a text, so that what has not changed is not drawn again. */
  const text = useLive((state) => JSON.stringify(connectionOf(state, now)))
  return useMemo(() => JSON.parse(text) as Connection, [text])
}
