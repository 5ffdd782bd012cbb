/**
 * Which alerts are shown.
 */
import { NativeSelect, SegmentedControl } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Metric } from '../../api/types.ts'
import { SHOWN, type Shown } from '../../app/search.ts'
import { useFloors } from '../../app/use-building.ts'
import { useChoices, useChoose } from '../../app/use-choices.ts'
import { SEVERITY_LIST } from '../../lib/alerts.ts'
import { METRIC_LIST } from '../../lib/metrics.ts'

export function AlertFilters() {
  const { t } = useTranslation()
  const { show = 'all', floor, severity, alertMetric } = useChoices()
  const { floors } = useFloors()
  const choose = useChoose()
  const all = { value: '', label: t('filter.all') }
  const orNone = (text: string) => (text === '' ? undefined : text)
  return (
    <section className="filters" aria-label={t('filter.label')}>
      <SegmentedControl
        size="sm"
        aria-label={t('filter.show')}
        value={show}
        data={SHOWN.map((value) => ({ value, label: t(`filter.${value}`) }))}
        onChange={(value) => choose({ show: value as Shown, page: undefined })}
      />
      <NativeSelect
        label={t('filter.severity')}
        value={severity ?? ''}
        data={[all, ...SEVERITY_LIST.map((value) => ({ value, label: t(`severity.${value}`) }))]}
        onChange={({ currentTarget }) => choose({ severity: orNone(currentTarget.value) })}
      />
      <NativeSelect
        label={t('filter.floor')}
        value={String(floor ?? '')}
        data={[all, ...floors.map((one) => ({ value: String(one), label: String(one) }))]}
        onChange={({ currentTarget }) =>
          choose({ floor: currentTarget.value === '' ? undefined : Number(currentTarget.value) })
        }
      />
      <NativeSelect
        label={t('filter.metric')}
        value={alertMetric ?? ''}
        data={[all, ...METRIC_LIST.map((value) => ({ value, label: t(`metric.${value}`) }))]}
        onChange={({ currentTarget }) =>
          choose({ alertMetric: orNone(currentTarget.value) as Metric | undefined })
        }
      />
    </section>
  )
}
