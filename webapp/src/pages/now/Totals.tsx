/**
 * The floors together: power, current and energy add up, voltage is a mean. A floor that sends
 * nothing counts with its last values, and that is said: what it draws now nobody knows.
 */
import { memo, useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import { LiveText } from '../../app/LiveText.tsx'
import { useLanguage } from '../../app/use-choices.ts'
import { useSilentFloors } from '../../app/use-silence.ts'
import { formatNumber } from '../../lib/format.ts'
import type { PanelState } from '../../lib/panel-state.ts'
import { type Totals as Sums, totalsOf } from '../../lib/verdict.ts'
import type { LiveState } from '../../live/machine.ts'
import { Panel } from '../../parts/Panel.tsx'

interface TotalsProps {
  readonly floorCount: number
  readonly state: PanelState
  readonly onRetry: () => void
}

const CELLS = [
  ['kw', 'kW', 2],
  ['corrente', 'A', 1],
  ['tensione', 'V', 1],
  ['delta_kwh', 'kWh', 4],
  ['kwh', 'kWh', 1],
] as const satisfies readonly (readonly [keyof Sums, string, number])[]

export function Totals({ floorCount, state, onRetry }: TotalsProps) {
  const { t } = useTranslation()
  const silent = useSilentFloors().length
  return (
    <Panel
      title={t('now.totals', { count: floorCount })}
      state={state}
      empty={t('now.empty')}
      onRetry={onRetry}
      heightPx={64}
    >
      <dl className="totals">
        {CELLS.map(([name, unit, digits]) => (
          <Cell key={name} {...{ name, unit, digits }} />
        ))}
      </dl>
      {silent > 0 && <p className="soft">{t('now.totalsSilent', { count: silent })}</p>}
    </Panel>
  )
}

interface CellProps {
  readonly name: keyof Sums
  readonly unit: string
  readonly digits: number
}

const Cell = memo(function Cell({ name, unit, digits }: CellProps) {
  const { t } = useTranslation()
  const language = useLanguage()
  const text = useCallback(
    ({ samples }: LiveState) => {
      const value = totalsOf(samples)[name]
      return value === undefined ? '–' : formatNumber(value, language, digits)
    },
    [name, language, digits],
  )
  return (
    <div>
      <dt>{t(`total.${name}`)}</dt>
      <dd>
        <LiveText text={text} /> {unit}
      </dd>
    </div>
  )
})
