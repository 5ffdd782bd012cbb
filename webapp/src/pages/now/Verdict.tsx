/**
 * The answer in one line: whether all is well, on which floors it is not, and the power of the
 * whole building beside it. What is not known, or old, is never called normal without saying so: a
 * floor that sends nothing is counted as that, and not among those within their limits.
 */
import { memo, useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import type { Thresholds } from '../../api/types.ts'
import { AppLink } from '../../app/AppLink.tsx'
import { LiveText } from '../../app/LiveText.tsx'
import { useShownMoment } from '../../app/live-context.tsx'
import { useBands } from '../../app/use-band.ts'
import { useBadFloors } from '../../app/use-building.ts'
import { useLanguage } from '../../app/use-choices.ts'
import { useSilentFloors } from '../../app/use-silence.ts'
import { sumOfUsual, usualAt } from '../../lib/band.ts'
import { formatNumber } from '../../lib/format.ts'
import type { PanelState } from '../../lib/panel-state.ts'
import { type Alarmed, totalsOf } from '../../lib/verdict.ts'
import type { LiveState } from '../../live/machine.ts'
import { Icon, type IconName } from '../../parts/Icon.tsx'
import { StalePill } from '../../parts/Panel.tsx'

const MINUTE_MS = 60_000
/** More are a number; the cards below have them all. */
const FLOORS_NAMED_MAX = 4

interface VerdictProps {
  readonly thresholds: Thresholds
  readonly alarmed: Alarmed
  readonly floors: readonly number[]
  readonly state: PanelState
}

type Answer = 'waiting' | 'unknown' | 'normal' | 'silent' | 'problems'
interface Look {
  readonly tone: string
  readonly sign: IconName
  readonly text: string
}
const LOOKS = {
  waiting: { tone: 'info', sign: 'now', text: 'now.waiting' },
  unknown: { tone: 'warning', sign: 'alert', text: 'now.unknown' },
  normal: { tone: 'good', sign: 'check', text: 'now.normal' },
  silent: { tone: 'warning', sign: 'alert', text: 'now.silent' },
  problems: { tone: 'high', sign: 'alert', text: 'now.problems' },
} as const satisfies Record<Answer, Look>

function answerOf(state: PanelState, problems: number, silent: number): Answer {
  if (state.kind === 'error' || state.kind === 'denied') return 'unknown'
  if (state.kind === 'loading' || state.kind === 'empty') return 'waiting'
  if (problems > 0) return 'problems'
  return silent > 0 ? 'silent' : 'normal'
}

export function Verdict({ thresholds, alarmed, floors, state }: VerdictProps) {
  const { t } = useTranslation()
  const bad = useBadFloors(thresholds, alarmed)
  const problems = bad.reduce((sum, row) => sum + row.problems, 0)
  const silent = useSilentFloors()
  const answer = answerOf(state, problems, silent.length)
  const { tone, sign, text } = LOOKS[answer]
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
          {t(text, { count: answer === 'silent' ? silent.length : problems })}{' '}
          {state.kind === 'stale' && <StalePill sinceMs={state.sinceMs} />}
        </h1>
        <Reasons answer={answer} bad={bad.map(({ floor }) => floor)} {...{ silent, floors }} />
      </div>
      <p className="verdict-power">
        <Power /> kW
        <Expected floors={floors} />
      </p>
    </section>
  )
}

const Power = memo(function Power() {
  const language = useLanguage()
  const text = useCallback(
    ({ samples }: LiveState) => {
      const { kw } = totalsOf(samples)
      return kw === undefined ? '–' : formatNumber(kw, language, 1)
    },
    [language],
  )
  return <LiveText text={text} />
})

interface ReasonsProps {
  readonly answer: Answer
  readonly bad: readonly number[]
  readonly silent: readonly number[]
  readonly floors: readonly number[]
}

/** Which floors, and how many of the others are well. */
function Reasons({ answer, bad, silent, floors }: ReasonsProps) {
  const { t } = useTranslation()
  if (answer === 'problems') {
    return (
      <>
        <Where floors={bad} />
        {silent.length > 0 && <p>{t('now.silent', { count: silent.length })}</p>}
      </>
    )
  }
  const isWell = answer === 'normal' || answer === 'silent'
  const well = floors.length - silent.length
  return (
    <>
      {answer === 'silent' && <Where floors={silent} />}
      {isWell && well > 0 && <p className="soft">{t('now.within', { count: well })}</p>}
    </>
  )
}

/** Each a link to why. */
function Where({ floors }: { readonly floors: readonly number[] }) {
  const { t } = useTranslation()
  const more = floors.length - FLOORS_NAMED_MAX
  return (
    <p className="where">
      {floors.slice(0, FLOORS_NAMED_MAX).map((floor) => (
        <AppLink key={floor} to={`/floor/${floor}`}>
          {t('word.floorN', { floor })}
        </AppLink>
      ))}
      {more > 0 && <span className="soft">{t('now.more', { count: more })}</span>}
    </p>
  )
}

const Expected = memo(function Expected({ floors }: { readonly floors: readonly number[] }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const now = useShownMoment(MINUTE_MS)
  const bands = useBands(floors, 'kw', now / 1000)
  const usual = sumOfUsual(bands.map((band) => band && usualAt(band, now / 1000)))
  if (!usual) return <small>{t('now.noBand')}</small>
  const low = formatNumber(usual.low, language, 1)
  const high = formatNumber(usual.high, language, 1)
  return <small>{t('now.expected', { low, high })}</small>
})
