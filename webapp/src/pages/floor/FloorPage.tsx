/**
 * One floor: its four metrics on the same time axis, with what is usual, the thresholds and the
 * alerts marked; a week before for comparison; when power is used, by weekday and half hour.
 */
import { Button, NativeSelect, Switch } from '@mantine/core'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { keptSearch, type Search } from '../../app/search.ts'
import { useFloors, useSampleHistory } from '../../app/use-building.ts'
import { useChoices, useChoose } from '../../app/use-choices.ts'
import { useSpan } from '../../app/use-series.ts'
import { METRIC_LIST } from '../../lib/metrics.ts'
import { HistoryNote } from '../../parts/HistoryNote.tsx'
import { Icon } from '../../parts/Icon.tsx'
import { HeatMap } from './HeatMap.tsx'
import { MetricPanel } from './MetricPanel.tsx'
import { useCsv } from './use-csv.ts'

export function FloorPage() {
  const { t } = useTranslation()
  const { floor: text = '1' } = useParams({ strict: false })
  const floor = Number(text)
  const span = useSpan()
  /** How far apart readings are tells what the limit of the energy is for one of them. */
  useSampleHistory(useMemo(() => [floor], [floor]))
  return (
    <div className="page">
      <div className="set-head">
        <h1>{t('word.floorN', { floor })}</h1>
        <FloorTools floor={floor} />
      </div>
      <HistoryNote />
      {METRIC_LIST.map((metric) => (
        <MetricPanel key={`${floor}${metric}`} floor={floor} metric={metric} span={span} />
      ))}
      <HeatMap floor={floor} />
    </div>
  )
}

function FloorTools({ floor }: { readonly floor: number }) {
  const { t } = useTranslation()
  const { floors } = useFloors()
  const { compare } = useChoices()
  const choose = useChoose()
  const navigate = useNavigate()
  const csv = useCsv(floor)
  const known = floors.includes(floor) ? floors : [floor, ...floors]
  return (
    <div className="panel-actions">
      <NativeSelect
        aria-label={t('floor.choose')}
        value={String(floor)}
        data={known.map((one) => ({ value: String(one), label: t('word.floorN', { floor: one }) }))}
        onChange={({ currentTarget }) =>
          void navigate({
            to: `/floor/${currentTarget.value}`,
            search: (before: Search) => keptSearch(before),
          })
        }
      />
      <Switch
        label={t('floor.compare')}
        checked={compare === true}
        onChange={({ currentTarget }) => choose({ compare: currentTarget.checked || undefined })}
      />
      {csv.hasFailed && (
        <span className="tone-high" role="alert">
          {t('floor.csvFailed')}
        </span>
      )}
      <Button variant="light" leftSection={<Icon name="download" size={16} />} onClick={csv.save}>
        {t('floor.csv')}
      </Button>
    </div>
  )
}
