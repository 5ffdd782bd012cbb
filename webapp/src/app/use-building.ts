/**
 * What every page knows of the building: its floors, their newest samples, their limits. History of
 * samples is read once through the index and grows with what comes live.
 */
import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useRef } from 'react'
import { latestQuery, samplesQuery, thresholdsQuery } from '../api/queries.ts'
import type { Notification, Thresholds } from '../api/types.ts'
import { activeAlerts } from '../lib/alerts.ts'
import {
  type FloorPage,
  type FloorRow,
  isSameList,
  isSamePage,
  isSameTrouble,
  pageOfFloors,
} from '../lib/floors.ts'
import { FACTORY_SET } from '../lib/thresholds-draft.ts'
import { type Alarmed, alarmedOf, floorRows } from '../lib/verdict.ts'
import {
  useKept,
  useLive,
  useLiveClient,
  useLiveSame,
  useLiveSlowly,
  useNow,
} from './live-context.tsx'
import type { Search } from './search.ts'

const FALLBACK: Thresholds = { default: FACTORY_SET, per_floor: {} }
const SAMPLES_READ = 10

/** Floors with a reading, ascending; the same list until there is another floor. */
export function useFloors() {
  const latest = useQuery(latestQuery)
  const client = useLiveClient()
  const floors = useLive((state) => state.floors)
  const { data } = latest
  useEffect(() => {
    if (data) client.take({ kind: 'readings', readings: data })
  }, [data, client])
  return { floors, error: latest.error, isRead: latest.isSuccess, retry: latest.refetch }
}

/** Brings in the last samples of these floors, so that more than one can be shown at once. */
export function useSampleHistory(floors: readonly number[]): void {
  const client = useLiveClient()
  /** For a page that is always behind it changes all the time; slowly is often enough. */
  const passedMs = useLiveSlowly((state) => state.passedMs)
  const { data } = useQuery(samplesQuery(floors, SAMPLES_READ, passedMs))
  useEffect(() => {
    if (data) client.take({ kind: 'readings', readings: [...data.values()].flat() })
  }, [data, client])
}

/** While they cannot be read, the defaults of the product: a red value needs some limit. */
export function useThresholds(): Thresholds {
  return useQuery(thresholdsQuery).data ?? FALLBACK
}

const ACTIVE_LOOK_MS = 10_000

/** Alerts that still say something about now, the worst first. */
export function useActiveAlerts(): readonly Notification[] {
  const notifications = useLive((state) => state.notifications)
  const now = useNow(ACTIVE_LOOK_MS)
  const keep = useKept<readonly Notification[]>((a, b) => isSameList(a, b, (x, y) => x.id === y.id))
  return keep(useMemo(() => activeAlerts(notifications, now), [notifications, now]))
}

/** What the active alerts speak of. */
export function useAlarmed(active: readonly Notification[]): Alarmed {
  const alarmed = useRef<Alarmed>(undefined)
  alarmed.current = useMemo(() => alarmedOf(active, alarmed.current), [active])
  return alarmed.current
}

/** What page of the floors is shown; the same object while the same floors stand on it. */
export function useFloorPage(thresholds: Thresholds, alarmed: Alarmed, chosen: Search): FloorPage {
  return useLiveSame(
    ({ samples }) => pageOfFloors(floorRows(samples, thresholds, alarmed), chosen),
    isSamePage,
  )
}

/** Floors with a problem, ascending; the same list while they have the same problems. */
export function useBadFloors(thresholds: Thresholds, alarmed: Alarmed): readonly FloorRow[] {
  return useLiveSame(
    ({ samples }) =>
      floorRows(samples, thresholds, alarmed)
        .filter(({ problems }) => problems > 0)
        .sort((a, b) => a.floor - b.floor),
    (a, b) => isSameList(a, b, isSameTrouble),
  )
}
