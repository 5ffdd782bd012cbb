/**
 * A word above the charts where the coordinator tells no history: they reach back as far as the
 * last samples that it lists, and no further.
 */
import { useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { isFeatureAbsent, onFeatureAbsent } from '../api/features.ts'
import { INDEX_SAMPLES_MAX } from '../api/index-samples.ts'

export function HistoryNote() {
  const { t } = useTranslation()
  const isAbsent = useSyncExternalStore(onFeatureAbsent, () =>
    isFeatureAbsent('GET /api/v1/readings'),
  )
  if (!isAbsent) return null
  return (
    <p className="soft" role="note" data-without="history">
      {t('chart.indexOnly', { count: INDEX_SAMPLES_MAX })}
    </p>
  )
}
