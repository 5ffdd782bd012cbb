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
  /** What is not asked for again at once grows old with the connection. */
  readonly connection?: Connection
  /** Readings as they come may also be late while the connection is well. */
  readonly isLive?: boolean
  /** How old what is shown is, where asking for it again has failed. */
  readonly keptSeconds?: number | undefined
}

export function panelStateOf(loaded: Loaded): PanelState {
  const { hasData, isEmpty, error } = loaded
  if (!hasData && error) return failedState(error)
  if (!hasData) return { kind: 'loading' }
  if (isEmpty) return { kind: 'empty' }
  const ageSeconds = ageOf(loaded)
  return ageSeconds === undefined ? { kind: 'ready' } : { kind: 'stale', ageSeconds }
}

function ageOf({ connection, isLive, keptSeconds }: Loaded): number | undefined {
  if (connection?.kind === 'offline') return connection.ageSeconds
  if (isLive && connection?.kind === 'delayed') return connection.ageSeconds
  return keptSeconds
}

function failedState(error: unknown): PanelState {
  const failure: Failure = error instanceof AskError ? error.failure : { kind: 'unreachable' }
  return failure.kind === 'denied' ? { kind: 'denied' } : { kind: 'error', failure }
}
