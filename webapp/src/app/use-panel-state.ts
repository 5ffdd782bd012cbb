/**
 * The state of a panel from where its content comes: asked for by a query, or kept by the live
 * client (the list of alerts).
 */
import { type PanelState, panelStateOf } from '../lib/panel-state.ts'
import { useConnection, useLive } from './live-context.tsx'

interface Asked {
  readonly data: unknown
  readonly error: unknown
  readonly dataUpdatedAt: number
}

/** Asked for again every few seconds: it is old only when that fails. */
export function usePolledState(query: Asked, isEmpty: boolean): PanelState {
  return panelStateOf({ ...partsOf(query), isEmpty })
}

/** Asked for again only now and then: it is old as well while there is no connection. */
export function useAskedState(query: Asked, isEmpty: boolean): PanelState {
  return panelStateOf({ ...partsOf(query), isEmpty, connection: useConnection() })
}

function partsOf({ data, error, dataUpdatedAt }: Asked) {
  const hasData = data !== undefined
  return { hasData, error, keptSinceMs: hasData && error ? dataUpdatedAt : undefined }
}

/** Alerts arrive by themselves, so they are old only without a connection. */
export function useAlertsState(isEmpty: boolean): PanelState {
  const isListed = useLive((state) => state.isListed)
  const error = useLive((state) => state.trouble)
  return panelStateOf({
    hasData: isListed || !isEmpty,
    isEmpty,
    error,
    connection: useConnection(),
  })
}
