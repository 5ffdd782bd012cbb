/**
 * One limit: a field, and, once it differs from what is saved, how often the new value would have
 * raised an alert over the last week, or as much of it as can be read at once.
 */
import { TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { previewQuery } from '../../api/queries.ts'
import type { Metric } from '../../api/types.ts'
import { useLanguage } from '../../app/use-choices.ts'
import { formatNumber } from '../../lib/format.ts'
import { METRIC_FACTS } from '../../lib/metrics.ts'
import { type LimitField, limitOf, metricOf, shownText } from '../../lib/thresholds-draft.ts'

interface LimitInputProps {
  /** Null: the default set. */
  readonly floor: string | null
  readonly field: LimitField
  readonly text: string
  readonly savedText: string
  readonly canEdit: boolean
  readonly onChange: (text: string) => void
}

const TYPING_MS = 400

export function LimitInput(props: LimitInputProps) {
  const { floor, field, text, savedText, canEdit, onChange } = props
  const { t } = useTranslation()
  const language = useLanguage()
  const metric = metricOf(field)
  const name = t(`limit.${metric}`)
  const limit = limitOf(text)
  const isNew = limit !== undefined && limit !== limitOf(savedText)
  return (
    <div>
      <TextInput
        label={`${name} (${METRIC_FACTS[metric].unit})`}
        inputMode="decimal"
        value={shownText(text, language)}
        readOnly={!canEdit}
        error={limit === undefined && t('thresholds.invalid')}
        data-field={`${floor ?? 'default'}.${field}`}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      />
      {canEdit && isNew && <Preview floor={floorOf(floor)} metric={metric} value={limit} />}
    </div>
  )
}

function floorOf(name: string | null): number | 'default' {
  return name === null ? 'default' : Number(name)
}

const MINUTE_MS = 60_000

function Preview(props: { floor: number | 'default'; metric: Metric; value: number }) {
  const { floor, metric } = props
  const { t } = useTranslation()
  const language = useLanguage()
  const write = (count: number) => formatNumber(count, language, 0)
  const [value] = useDebouncedValue(props.value, TYPING_MS)
  const toSeconds = Math.ceil(Date.now() / MINUTE_MS) * (MINUTE_MS / 1000)
  const { data, isError } = useQuery(previewQuery({ floor, metric, value, toSeconds }))
  const text =
    data === null || isError
      ? t('thresholds.previewNone')
      : data
        ? t('thresholds.preview', {
            count: data.notifications,
            over: write(data.over),
            readings: write(data.readings),
            span: t(`triedSpan.${data.span}`),
          })
        : t('state.loading')
  return (
    <p className="soft preview" aria-live="polite">
      {text}
    </p>
  )
}
