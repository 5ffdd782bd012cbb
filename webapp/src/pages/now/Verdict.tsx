/**
 * The answer in one line: whether all is well, on which floors it is not, and the power of the
 * whole building beside it. What is not known, or old, is never called normal without saying so.
 */
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Reading } from '../../api/types.ts'
import { AppLink } from '../../app/AppLink.tsx'
import { useNow } from '../../app/live-context.tsx'
import { useBands } from '../../app/use-band.ts'
import { useLanguage } from '../../app/use-choices.ts'
import { sumOfUsual, usualAt } from '../../lib/band.ts'
import type { FloorRow } from '../../lib/floors.ts'
import { formatNumber } from '../../lib/format.ts'
import type { PanelState } from '../../lib/panel-state.ts'
import { totalsOf } from '../../lib/verdict.ts'
import { Icon, type IconName } from '../../parts/Icon.tsx'
import { StalePill } from '../../parts/Panel.tsx'

const MINUTE_MS = 60_000
/** More are a number; the cards below have them all. */
const FLOORS_NAMED_MAX = 4

interface VerdictProps {
  readonly rows: readonly FloorRow[]
  readonly samples: ReadonlyMap<number, readonly Reading[]>
  readonly state: PanelState
}

type Answer = 'waiting' | 'unknown' | 'normal' | 'problems'
interface Look {
  readonly tone: string
  readonly sign: IconName
  readonly text: string
}
const LOOKS = {
  waiting: { tone: 'info', sign: 'now', text: 'now.waiting' },
  unknown: { tone: 'warning', sign: 'alert', text: 'now.unknown' },
  normal: { tone: 'good', sign: 'check', text: 'now.normal' },
  problems: { tone: 'high', sign: 'alert', text: 'now.problems' },
} as const satisfies Record<Answer, Look>

function answerOf(state: PanelState, problems: number): Answer {
  if (state.kind === 'error' || state.kind === 'denied') return 'unknown'
  if (state.kind === 'loading' || state.kind === 'empty') return 'waiting'
  return problems > 0 ? 'problems' : 'normal'
}

export function Verdict({ rows, samples, state }: VerdictProps) {
  const { t } = useTranslation()
  const language = useLanguage()
  const problems = rows.reduce((sum, row) => sum + row.problems, 0)
  const answer = answerOf(state, problems)
  const { tone, sign, text } = LOOKS[answer]
  const { kw } = totalsOf(samples)
  const floorsText = rows.map(({ floor }) => floor).join()
  return (
    <section
      className={`verdict tone-${tone}`}
      aria-label={t('now.verdict')}
      data-state={state.kind}
    >
      <span className="verdict-sign">
        <Icon name={sign} size={28} />
      </span>
      <div>
        <h1>
          {t(text, { count: problems })}{' '}
          {state.kind === 'stale' && <StalePill ageSeconds={state.ageSeconds} />}
        </h1>
        {answer === 'problems' && <Where rows={rows} />}
        {answer === 'normal' && <p className="soft">{t('now.within', { count: rows.length })}</p>}
      </div>
      <p className="verdict-power">
        <b>{kw === undefined ? '–' : formatNumber(kw, language, 1)}</b> kW
        <Expected floorsText={floorsText} />
      </p>
    </section>
  )
}

/** The floors that have a problem, each a link to why. */
function Where({ rows }: { readonly rows: readonly FloorRow[] }) {
  const { t } = useTranslation()
  const bad = rows.filter(({ problems }) => problems > 0)
  const more = bad.length - FLOORS_NAMED_MAX
  return (
    <p className="where">
      {bad.slice(0, FLOORS_NAMED_MAX).map(({ floor }) => (
        <AppLink key={floor} to={`/floor/${floor}`}>
          {t('word.floorN', { floor })}
        </AppLink>
      ))}
      {more > 0 && <span className="soft">{t('now.more', { count: more })}</span>}
    </p>
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
