/**
 * Which alerts were marked as read in this browser, in whatever tab. The server only counts, so the
 * page remembers; the newest so many are enough, since the server's own list is shorter.
 */
import { useEffect, useMemo, useSyncExternalStore } from 'react'
import { ask } from '../api/http.ts'
import { unreadIds } from '../lib/alerts.ts'
import type { LiveClient } from '../live/live-client.ts'
import { useLive } from './live-context.tsx'

const KEY = 'energyguard.read'
const REMEMBERED_MAX = 2_000
const listeners = new Set<() => void>()
let remembered: ReadonlySet<string> = load()

function load(): ReadonlySet<string> {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return new Set(Array.isArray(list) ? list.filter((one) => typeof one === 'string') : [])
  } catch {
    return new Set()
  }
}

function remember(ids: ReadonlySet<string>): void {
  remembered = ids
  for (const listener of listeners) listener()
}

/** What was read elsewhere is counted anew: at once after another tab, else when one looks here. */
export function useReadElsewhere(client: LiveClient): void {
  useEffect(() => {
    const heed = ({ key }: StorageEvent) => {
      if (key !== KEY) return
      remember(load())
      client.recount()
    }
    const look = () => {
      if (!document.hidden) client.recount()
    }
    window.addEventListener('storage', heed)
    document.addEventListener('visibilitychange', look)
    return () => {
      window.removeEventListener('storage', heed)
      document.removeEventListener('visibilitychange', look)
    }
  }, [client])
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function useUnreadIds(): ReadonlySet<string> {
  const here = useSyncExternalStore(subscribe, () => remembered)
  const notifications = useLive((state) => state.notifications)
  const unread = useLive((state) => state.unread)
  return useMemo(() => unreadIds(notifications, unread, here), [notifications, unread, here])
}

/** Throws AskError. An empty list would lower the count by one, so it is not sent. */
export async function markRead(client: LiveClient, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  const { unread } = await ask('POST /notifications/mark_read', { body: { ids: [...ids] } })
  remember(new Set([...remembered, ...ids].slice(-REMEMBERED_MAX)))
  localStorage.setItem(KEY, JSON.stringify([...remembered]))
  client.take({ kind: 'unread', unread })
}

/**
 * Throws AskError. All that are listed and not those taken for unread: which these are is a guess
 * from a count, and a count that is too low would leave some of them behind.
 */
export function markAllRead(client: LiveClient): Promise<void> {
  const { notifications } = client.snapshot()
  return markRead(
    client,
    notifications.map(({ id }) => id).filter((id) => !remembered.has(id)),
  )
}
