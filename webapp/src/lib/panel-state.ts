/**
 * The five states of a panel beside "ready". Decided in one place, so that every panel behaves the
 * same: what was once there stays while it is asked for again, and a failure blanks only a panel
 * that has nothing to show.
 */
import { AskError, type Failure } from '../api/http.ts'
import type { Connection } from '../live/machine.ts'

export type PanelState =
  | { readonly kind: 'ready' }
  | { readonly kind: 'loading' }
  | { readonly kind: 'empty' }
  | { readonly kind: 'error'; readonly failure: Failure }
  | { readonly kind: 'stale'; readonly sinceMs: StaleSince }
  | { readonly kind: 'denied' }

/** As old as the connection is silent, or of the moment at which it was answered. */
export type StaleSince = 'connection' | number

export interface Loaded {
  readonly hasData: boolean
  readonly isEmpty: boolean
  readonly error: unknown
  /** What is not asked for again at once grows old with the connection. */
  readonly connection?: Connection['kind']
  /** Readings as they come may also be late while the connection is well. */
  readonly isLive?: boolean
  /** Of when what is shown is, where asking for it again has failed. */
  readonly keptSinceMs?: number | undefined
}

export function panelStateOf(loaded: Loaded): PanelState {
  const { hasData, isEmpty, error } = loaded
  if (!hasData && error) return failedState(error)
  if (!hasData) return { kind: 'loading' }
  if (isEmpty) return { kind: 'empty' }
  const sinceMs = staleSince(loaded)
  return sinceMs === undefined ? { kind: 'ready' } : { kind: 'stale', sinceMs }
}

function staleSince({ connection, isLive, keptSinceMs }: Loaded): StaleSince | undefined {
  if (connection === 'offline') return 'connection'
  if (isLive && connection === 'delayed') return 'connection'
  return keptSinceMs
}

function failedState(error: unknown): PanelState {
  const failure: Failure = error instanceof AskError ? error.failure : { kind: 'unreachable' }
  return failure.kind === 'denied' ? { kind: 'denied' } : { kind: 'error', failure }
}
