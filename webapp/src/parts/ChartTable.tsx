/**
 * What a chart shows, as a table; the newest moment first. Long ones are cut, and say so.
 */
import { useTranslation } from 'react-i18next'
import type { Metric } from '../api/types.ts'
import { useLanguage } from '../app/use-choices.ts'
import { formatNumber, formatTime, utcOf } from '../lib/format.ts'
import { METRIC_FACTS } from '../lib/metrics.ts'
import type { Table } from '../lib/series.ts'

const ROWS_MAX = 200

export function ChartTable(props: {
  readonly title: string
  readonly table: Table
  readonly names: readonly string[]
  readonly metric: Metric
}) {
  const { title, table, names, metric } = props
  const { t } = useTranslation()
  const language = useLanguage()
  const { unit, digits } = METRIC_FACTS[metric]
  const rows = table.times.map((time, at) => ({ time, at })).reverse()
  return (
    // A box that scrolls must be reached by keyboard.
    <section className="scroll" tabIndex={0} aria-label={t('chart.tableOf', { title })}>
      <table className="data">
        <caption className="visually-hidden">{title}</caption>
        <thead>
          <tr>
            <th scope="col">{t('word.time')}</th>
            {names.map((name) => (
              <th scope="col" key={name}>
                {name} ({unit})
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, ROWS_MAX).map(({ time, at }) => (
            <tr key={time}>
              <th scope="row" title={utcOf(time * 1000)}>
                {formatTime(time * 1000, language, 'time')}
              </th>
              {names.map((name, column) => {
                const value = table.columns[column]?.[at]
                return (
                  <td key={name}>{value == null ? '–' : formatNumber(value, language, digits)}</td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > ROWS_MAX && <p className="soft">{t('chart.cut', { count: ROWS_MAX })}</p>}
    </section>
  )
}
