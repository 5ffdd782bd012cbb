/**
 * One floor: its newest values with those over their limit in red (with a sign and a word), the
 * samples before them, energy today and the last hour as a line. The card leads to the floor.
 */
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Metric, Reading, ThresholdSet } from '../../api/types.ts'
import { AppLink } from '../../app/AppLink.tsx'
import { useLanguage } from '../../app/use-choices.ts'
import type { FloorRow } from '../../lib/floors.ts'
import { formatNumber, formatTime, utcOf } from '../../lib/format.ts'
import { judge, METRIC_FACTS, METRIC_LIST, timeMsOf } from '../../lib/metrics.ts'
import { Icon } from '../../parts/Icon.tsx'
import { EnergyToday } from './EnergyToday.tsx'
import { LastHour } from './LastHour.tsx'
import { SampleTable } from './SampleTable.tsx'

interface FloorCardProps {
  readonly row: FloorRow
  readonly samples: readonly Reading[]
  readonly limits: ThresholdSet
  readonly count: number
}

export const FloorCard = memo(
  function FloorCard({ row, samples, limits, count }: FloorCardProps) {
    const { t } = useTranslation()
    const language = useLanguage()
    const newest = samples.at(-1)
    const isBad = row.problems > 0
    const timeMs = newest ? timeMsOf(newest) : Number.NaN
    return (
      <article className={isBad ? 'card bad' : 'card'} data-floor={row.floor}>
        <header>
          <h3>
            <AppLink to={`/floor/${row.floor}`}>{t('word.floorN', { floor: row.floor })}</AppLink>
          </h3>
          <span className={`pill ${isBad ? 'tone-high' : 'tone-good'}`}>
            <Icon name={isBad ? 'alert' : 'check'} size={14} />
            {isBad ? t('now.problems', { count: row.problems }) : t('now.ok')}
          </span>
        </header>
        <dl className="values">
          {METRIC_LIST.map((metric) => (
            <CardValue key={metric} metric={metric} samples={samples} limits={limits} />
          ))}
        </dl>
        <LastHour floor={row.floor} samples={samples} />
        {count > 1 && <SampleTable samples={samples} limits={limits} count={count} />}
        <footer className="soft">
          <EnergyToday floor={row.floor} />
          <time title={utcOf(timeMs)}>{formatTime(timeMs, language, 'time')}</time>
        </footer>
      </article>
    )
  },
  (before, after) =>
    before.samples === after.samples &&
    before.limits === after.limits &&
    before.count === after.count &&
    before.row.floor === after.row.floor &&
    before.row.problems === after.row.problems,
)

const JUDGED = 2

function CardValue(props: { metric: Metric; samples: readonly Reading[]; limits: ThresholdSet }) {
  const { metric, samples, limits } = props
  const { t } = useTranslation()
  const language = useLanguage()
  const newest = judge(samples.slice(-JUDGED), metric, limits).at(-1)
  const { unit, digits } = METRIC_FACTS[metric]
  const isOver = newest?.isOver === true
  const text = newest?.value === undefined ? '–' : formatNumber(newest.value, language, digits)
  return (
    <div className={isOver ? 'value over' : 'value'} data-metric={metric} data-over={isOver}>
      <dt>{t(`metric.${metric}`)}</dt>
      <dd>
        <b>{text}</b> {unit}
        {isOver && (
          <span className="over-word">
            <Icon name="alert" size={12} /> {t('now.over')}
          </span>
        )}
      </dd>
    </div>
  )
}
