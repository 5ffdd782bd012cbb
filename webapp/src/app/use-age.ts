/**
 * How long ago something was, in words that grow old by themselves. One clock serves all that tell
 * an age, and each is drawn again only when its words change: a page on which nothing arrives has
 * five of them, and nothing else to do.
 */
import { useCallback, useSyncExternalStore } from 'react'
import { formatAge } from '../lib/format.ts'
import { useLanguage } from './use-choices.ts'

const LOOK_MS = 1_000
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

/** "12 s", "3 min": since that moment; nothing where there is none. */
export function useAge(sinceMs: number | undefined): string {
  const language = useLanguage()
  const age = useCallback(
    () => (sinceMs === undefined ? '' : formatAge((Date.now() - sinceMs) / 1000, language)),
    [sinceMs, language],
  )
  return useSyncExternalStore(subscribe, age)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(tellAll, LOOK_MS)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

function tellAll(): void {
  for (const listener of listeners) listener()
}
