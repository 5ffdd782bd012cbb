/**
 * The answer in one line, and the power of the whole building beside it.
 */
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Reading } from '../../api/types.ts'
import { useNow } from '../../app/live-context.tsx'
import { useBands } from '../../app/use-band.ts'
import { useLanguage } from '../../app/use-choices.ts'
import { sumOfUsual, usualAt } from '../../lib/band.ts'
import type { FloorRow } from '../../lib/floors.ts'
import { formatNumber } from '../../lib/format.ts'
import type { PanelState } from '../../lib/panel-state.ts'
import { totalsOf } from '../../lib/verdict.ts'
import { Icon } from '../../parts/Icon.tsx'

const MINUTE_MS = 60_000

interface VerdictProps {
  readonly rows: readonly FloorRow[]
  readonly samples: ReadonlyMap<number, readonly Reading[]>
  readonly state: PanelState
}

export function Verdict({ rows, samples, state }: VerdictProps) {
  const { t } = useTranslation()
  const language = useLanguage()
  const problems = rows.reduce((sum, row) => sum + row.problems, 0)
  const isKnown = state.kind === 'ready' || state.kind === 'stale'
  const tone = !isKnown ? 'info' : problems > 0 ? 'high' : 'good'
  const text = isKnown
    ? problems > 0
      ? t('now.problems', { count: problems })
      : t('now.normal')
    : t('now.waiting')
  const { kw } = totalsOf(samples)
  const floorsText = rows.map(({ floor }) => floor).join()
  return (
    <section className={`verdict tone-${tone}`} aria-label={t('now.verdict')}>
      <span className="verdict-sign">
        <Icon name={problems > 0 ? 'alert' : 'check'} size={28} />
      </span>
      <h1>{text}</h1>
      <p className="verdict-power">
        <b>{kw === undefined ? '–' : formatNumber(kw, language, 1)}</b> kW
        <Expected floorsText={floorsText} />
      </p>
    </section>
  )
}

/** The floors as a text, since a list would be a new one each time. */
const Expected = memo(function Expected({ floorsText }: { readonly floorsText: string }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const now = useNow(MINUTE_MS)
  const floors = floorsText === '' ? [] : floorsText.split(',').map(Number)
  const bands = useBands(floors, 'kw', now / 1000)
  const usual = sumOfUsual(bands.map((band) => band && usualAt(band, now / 1000)))
  if (!usual) return <small>{t('now.noBand')}</small>
  const low = formatNumber(usual.low, language, 1)
  const high = formatNumber(usual.high, language, 1)
  return <small>{t('now.expected', { low, high })}</small>
})
