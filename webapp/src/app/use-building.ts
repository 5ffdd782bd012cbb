/**
 * What every page knows of the building: its floors, their newest samples, their limits. History of
 * samples is read once through the index and grows with what comes live.
 */
import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import { latestQuery, samplesQuery, thresholdsQuery } from '../api/queries.ts'
import type { Thresholds } from '../api/types.ts'
import { FACTORY_SET } from '../lib/thresholds-draft.ts'
import { useLive, useLiveClient } from './live-context.tsx'

const FALLBACK: Thresholds = { default: FACTORY_SET, per_floor: {} }
const SAMPLES_READ = 10

/** Floors with a reading, ascending. */
export function useFloors() {
  const latest = useQuery(latestQuery)
  const client = useLiveClient()
  const samples = useLive((state) => state.samples)
  const { data } = latest
  useEffect(() => {
    if (data) client.take({ kind: 'readings', readings: data })
  }, [data, client])
  const known = [...samples.keys()].sort((a, b) => a - b).join()
  const floors = useMemo(() => (known === '' ? [] : known.split(',').map(Number)), [known])
  return { floors, samples, error: latest.error, isRead: latest.isSuccess, retry: latest.refetch }
}

/** Brings in the last samples of these floors, so that more than one can be shown at once. */
export function useSampleHistory(floors: readonly number[]): void {
  const client = useLiveClient()
  const { data } = useQuery(samplesQuery(floors, SAMPLES_READ))
  useEffect(() => {
    if (data) client.take({ kind: 'readings', readings: [...data.values()].flat() })
  }, [data, client])
}

/** While they cannot be read, the defaults of the product: a red value needs some limit. */
export function useThresholds(): Thresholds {
  return useQuery(thresholdsQuery).data ?? FALLBACK
}
