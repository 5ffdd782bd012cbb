/**
 * The state of a panel from where its content comes: asked for by a query, or kept by the live
 * client (the list of alerts).
 */
import { type PanelState, panelStateOf } from '../lib/panel-state.ts'
import { useConnection, useLive, useNow } from './live-context.tsx'

interface Asked {
  readonly data: unknown
  readonly error: unknown
  readonly dataUpdatedAt: number
}

const AGE_LOOK_MS = 2_000

/** Asked for again every few seconds: it is old only when that fails. */
export function usePolledState(query: Asked, isEmpty: boolean): PanelState {
  const now = useNow(AGE_LOOK_MS)
  return panelStateOf({ ...partsOf(query, now), isEmpty })
}

/** Asked for again only now and then: it is old as well while there is no connection. */
export function useAskedState(query: Asked, isEmpty: boolean): PanelState {
  const now = useNow(AGE_LOOK_MS)
  const connection = useConnection()
  return panelStateOf({ ...partsOf(query, now), isEmpty, connection })
}

function partsOf({ data, error, dataUpdatedAt }: Asked, nowMs: number) {
  const hasData = data !== undefined
  const ageSeconds = Math.max(0, Math.round((nowMs - dataUpdatedAt) / 1000))
  return { hasData, error, keptSeconds: hasData && error ? ageSeconds : undefined }
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
