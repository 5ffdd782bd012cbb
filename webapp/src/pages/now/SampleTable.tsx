/**
 * The last few samples of a floor, newest first, with what is over its limit in red.
 */
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import type { ThresholdSet } from '../../api/types.ts'
import { useSamples } from '../../app/live-context.tsx'
import { useLanguage } from '../../app/use-choices.ts'
import { formatNumber, formatTime, utcOf } from '../../lib/format.ts'
import { judge, METRIC_FACTS, METRIC_LIST, timeMsOf } from '../../lib/metrics.ts'

interface SampleTableProps {
  readonly floor: number
  readonly limits: ThresholdSet
  readonly count: number
}

export const SampleTable = memo(function SampleTable(props: SampleTableProps) {
  const { floor, limits, count } = props
  const samples = useSamples(floor)
  const { t } = useTranslation()
  const language = useLanguage()
  /** One more than is shown, since energy is judged by the time since the one before. */
  const last = samples.slice(-count - 1)
  const judged = METRIC_LIST.map((metric) => judge(last, metric, limits))
  const rows = last
    .map((reading, at) => ({ reading, at }))
    .slice(-count)
    .reverse()
  return (
    <table className="data samples">
      <caption className="visually-hidden">{t('now.samples')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('word.time')}</th>
          {METRIC_LIST.map((metric) => (
            <th scope="col" key={metric}>
              {METRIC_FACTS[metric].unit}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ reading, at }) => (
          <tr key={reading.timestamp}>
            <th scope="row" title={utcOf(timeMsOf(reading))}>
              {formatTime(timeMsOf(reading), language, 'time')}
            </th>
            {METRIC_LIST.map((metric, column) => {
              const one = judged[column]?.[at]
              const { digits } = METRIC_FACTS[metric]
              return (
                <td key={metric} className={one?.isOver ? 'over' : undefined}>
                  {one?.value === undefined ? '–' : formatNumber(one.value, language, digits)}
                  {one?.isOver && <span className="visually-hidden"> {t('now.over')}</span>}
                </td>
              )
            })}
          </tr>
        ))}
      </tbody>
    </table>
  )
})
