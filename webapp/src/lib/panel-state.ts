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
  | { readonly kind: 'stale'; readonly ageSeconds: number }
  | { readonly kind: 'denied' }

export interface Loaded {
  readonly hasData: boolean
  readonly isEmpty: boolean
  readonly error: unknown
  /** For panels that live: what they show grows old with the connection. */
  readonly connection?: Connection
}

export function panelStateOf({ hasData, isEmpty, error, connection }: Loaded): PanelState {
  if (!hasData && error) return failedState(error)
  if (!hasData) return { kind: 'loading' }
  if (isEmpty) return { kind: 'empty' }
  const isOld = connection?.kind === 'offline' || connection?.kind === 'delayed'
  return isOld ? { kind: 'stale', ageSeconds: connection.ageSeconds } : { kind: 'ready' }
}

function failedState(error: unknown): PanelState {
  const failure: Failure = error instanceof AskError ? error.failure : { kind: 'unreachable' }
  return failure.kind === 'denied' ? { kind: 'denied' } : { kind: 'error', failure }
}
