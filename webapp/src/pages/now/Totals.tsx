/**
 * The floors together: power, current and energy add up, voltage is a mean.
 */
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Reading } from '../../api/types.ts'
import { useLanguage } from '../../app/use-choices.ts'
import { formatNumber } from '../../lib/format.ts'
import type { PanelState } from '../../lib/panel-state.ts'
import { totalsOf } from '../../lib/verdict.ts'
import { Panel } from '../../parts/Panel.tsx'

interface TotalsProps {
  readonly floors: readonly number[]
  readonly samples: ReadonlyMap<number, readonly Reading[]>
  readonly state: PanelState
  readonly onRetry: () => void
}

export function Totals({ floors, samples, state, onRetry }: TotalsProps) {
  const { t } = useTranslation()
  const language = useLanguage()
  const totals = useMemo(() => totalsOf(samples), [samples])
  const cells = [
    ['kw', totals.kw, 'kW', 2],
    ['corrente', totals.corrente, 'A', 1],
    ['tensione', totals.tensione, 'V', 1],
    ['delta_kwh', totals.delta_kwh, 'kWh', 4],
    ['kwh', totals.kwh, 'kWh', 1],
  ] as const
  return (
    <Panel
      title={t('now.totals', { count: floors.length })}
      state={state}
      empty={t('now.empty')}
      onRetry={onRetry}
      heightPx={64}
    >
      <dl className="totals">
        {cells.map(([name, value, unit, digits]) => (
          <div key={name}>
            <dt>{t(`total.${name}`)}</dt>
            <dd>
              <b>{value === undefined ? '–' : formatNumber(value, language, digits)}</b> {unit}
            </dd>
          </div>
        ))}
      </dl>
    </Panel>
  )
}
