/**
 * The floors together: power, current and energy add up, voltage is a mean.
 */
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import { useLive } from '../../app/live-context.tsx'
import { useLanguage } from '../../app/use-choices.ts'
import { formatNumber } from '../../lib/format.ts'
import type { PanelState } from '../../lib/panel-state.ts'
import { type Totals as Sums, totalsOf } from '../../lib/verdict.ts'
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
  return (
    <Panel
      title={t('now.totals', { count: floorCount })}
      state={state}
      empty={t('now.empty')}
      onRetry={onRetry}
      heightPx={64}
    >
      <dl className="totals">
        <Cells />
      </dl>
    </Panel>
  )
}

const Cells = memo(function Cells() {
  const language = useLanguage()
  const totals = useLive(({ samples }) => totalsOf(samples))
  return CELLS.map(([name, unit, digits]) => {
    const value = totals[name]
    return (
      <div key={name}>
        <Name name={name} />
        <dd>
          <b>{value === undefined ? '–' : formatNumber(value, language, digits)}</b> {unit}
        </dd>
      </div>
    )
  })
})

const Name = memo(function Name({ name }: { readonly name: keyof Sums }) {
  const { t } = useTranslation()
  return <dt>{t(`total.${name}`)}</dt>
})
