/**
 * When power is used: the mean of each half hour of each weekday over the last four weeks. A real
 * table, so each cell can be read by everybody; the colour is only for the eye.
 */
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { historyQuery } from '../../api/queries.ts'
import { useLive, useNow } from '../../app/live-context.tsx'
import { useLanguage } from '../../app/use-choices.ts'
import { useAskedState } from '../../app/use-panel-state.ts'
import { daysWithin } from '../../lib/budget.ts'
import { formatNumber } from '../../lib/format.ts'
import { type HeatCell, heatOf, hottest, SLOTS, slotText, WEEKDAYS } from '../../lib/heat.ts'
import { intervalMsOf } from '../../live/samples.ts'
import { Panel } from '../../parts/Panel.tsx'

const DAYS_MAX = 28
const STEP_SECONDS = 1_800
const HEIGHT_PX = 210

export function HeatMap({ floor }: { readonly floor: number }) {
  const { t } = useTranslation()
  const now = useNow(STEP_SECONDS * 1000)
  const toSeconds = Math.ceil(now / 1000 / STEP_SECONDS) * STEP_SECONDS
  const days = useLive(({ samples }) => daysWithin(intervalMsOf(samples), DAYS_MAX))
  const fromSeconds = toSeconds - days * 86_400
  const history = useQuery(
    historyQuery(floor, 'kw', { fromSeconds, toSeconds, stepSeconds: STEP_SECONDS }),
  )
  const { data } = history
  const cells = useMemo(() => heatOf(data ?? []), [data])
  const state = useAskedState(history, cells.length === 0)
  return (
    <Panel
      title={t('floor.heat')}
      state={state}
      empty={t('floor.heatEmpty')}
      onRetry={() => void history.refetch()}
      heightPx={HEIGHT_PX}
    >
      <HeatTable cells={cells} />
    </Panel>
  )
}

function HeatTable({ cells }: { readonly cells: readonly HeatCell[] }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const top = hottest(cells)
  const most = top?.mean ?? 1
  const write = (value: number) => formatNumber(value, language, 1)
  const words = (cell: HeatCell) => ({
    day: t(`weekday.${WEEKDAYS[cell.weekday] ?? 'mon'}`),
    time: slotText(cell.slot),
    value: write(cell.mean),
  })
  return (
    <>
      {top && <p className="soft">{t('floor.heatSummary', words(top))}</p>}
      <section
        className="heat"
        tabIndex={0}
        aria-label={t('chart.tableOf', { title: t('floor.heat') })}
      >
        <table>
          <thead>
            <tr>
              <td className="heat-corner" />
              {Array.from({ length: SLOTS / 4 }, (_, at) => (
                <th key={slotText(at * 4)} scope="col" colSpan={4}>
                  {slotText(at * 4)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {WEEKDAYS.map((day, weekday) => (
              <tr key={day}>
                <th scope="row">{t(`weekday.${day}`)}</th>
                {Array.from({ length: SLOTS }, (_, slot) => {
                  const cell = cells.find((one) => one.weekday === weekday && one.slot === slot)
                  const text = cell ? t('floor.heatCell', words(cell)) : undefined
                  return (
                    <td key={slotText(slot)} title={text} style={heat(cell ? cell.mean / most : 0)}>
                      <span className="visually-hidden">{cell ? write(cell.mean) : ''}</span>
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  )
}

function heat(share: number) {
  const percent = Math.round(share * 100)
  return { background: `color-mix(in srgb, var(--accent) ${percent}%, var(--raised))` }
}
