/**
 * One floor: its newest values with those over their limit in red (with a sign and a word), the
 * samples before them, energy today and the last hour as a line. The card leads to the floor.
 *
 * The card stands still while readings come; only the texts that have changed are written.
 */
import { memo, useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import type { Metric, Reading, ThresholdSet } from '../../api/types.ts'
import { AgeText } from '../../app/AgeText.tsx'
import { AppLink } from '../../app/AppLink.tsx'
import { LiveText, useLiveWriting, writeText } from '../../app/LiveText.tsx'
import { useLive, useLiveSame } from '../../app/live-context.tsx'
import { useLanguage } from '../../app/use-choices.ts'
import { useFloorSilence } from '../../app/use-silence.ts'
import { isSameList } from '../../lib/floors.ts'
import { formatNumber, formatTime, utcOf } from '../../lib/format.ts'
import { amountOf, METRIC_FACTS, METRIC_LIST, timeMsOf } from '../../lib/metrics.ts'
import { overMetrics, problemsOf } from '../../lib/verdict.ts'
import type { LiveState } from '../../live/machine.ts'
import { Icon } from '../../parts/Icon.tsx'
import { EnergyToday } from './EnergyToday.tsx'
import { LastHour } from './LastHour.tsx'
import { SampleTable } from './SampleTable.tsx'

interface FloorCardProps {
  readonly floor: number
  readonly limits: ThresholdSet
  /** Metrics that an active alert of this floor speaks of. */
  readonly alarmed: ReadonlySet<Metric> | undefined
  readonly count: number
}

const NONE: readonly Reading[] = []

export const FloorCard = memo(function FloorCard(props: FloorCardProps) {
  const { floor, limits, alarmed, count } = props
  const problems = useLive(({ samples }) => problemsOf(samples.get(floor) ?? NONE, limits, alarmed))
  return (
    <article className={problems > 0 ? 'card bad' : 'card'} data-floor={floor}>
      <CardHead floor={floor} problems={problems} />
      <CardValues floor={floor} limits={limits} alarmed={alarmed} />
      <LastHour floor={floor} />
      {count > 1 && <SampleTable floor={floor} limits={limits} count={count} />}
      <footer className="soft">
        <EnergyToday floor={floor} />
        <CardTime floor={floor} />
      </footer>
    </article>
  )
})

const CardHead = memo(function CardHead(props: { floor: number; problems: number }) {
  const { floor, problems } = props
  const { t } = useTranslation()
  const silentMs = useFloorSilence(floor)
  const isBad = problems > 0
  return (
    <header>
      <h3>
        <AppLink to={`/floor/${floor}`}>{t('word.floorN', { floor })}</AppLink>
      </h3>
      <div className="card-pills">
        {silentMs !== undefined && <SilentPill sinceMs={silentMs} />}
        {(isBad || silentMs === undefined) && (
          <span className={`pill ${isBad ? 'tone-high' : 'tone-good'}`}>
            <Icon name={isBad ? 'alert' : 'check'} size={14} />
            {isBad ? t('now.problems', { count: problems }) : t('now.ok')}
          </span>
        )}
      </div>
    </header>
  )
})

/** Values that are old are never called normal. */
function SilentPill({ sinceMs }: { readonly sinceMs: number }) {
  const { t } = useTranslation()
  const text = useCallback((age: string) => t('now.silentFor', { age }), [t])
  return (
    <span className="pill tone-warning" data-silent>
      <Icon name="alert" size={14} />
      <AgeText sinceMs={sinceMs} text={text} />
    </span>
  )
}

type CardValuesProps = Omit<FloorCardProps, 'count'>

const CardValues = memo(function CardValues({ floor, limits, alarmed }: CardValuesProps) {
  const over = useLiveSame(
    ({ samples }) => overMetrics(samples.get(floor) ?? NONE, limits),
    isSameMetrics,
  )
  return (
    <dl className="values">
      {METRIC_LIST.map((metric) => (
        <CardValue
          key={metric}
          {...{ floor, metric }}
          isOver={over.includes(metric)}
          isAlarmed={alarmed?.has(metric) === true}
        />
      ))}
    </dl>
  )
})

function isSameMetrics(a: readonly Metric[], b: readonly Metric[]): boolean {
  return isSameList(a, b, (one, other) => one === other)
}

interface CardValueProps {
  readonly floor: number
  readonly metric: Metric
  readonly isOver: boolean
  /** An alert speaks of it: it counts as a problem though its value is within its limit. */
  readonly isAlarmed: boolean
}

const CardValue = memo(function CardValue(props: CardValueProps) {
  const { floor, metric, isOver, isAlarmed } = props
  const { t } = useTranslation()
  const language = useLanguage()
  const text = useCallback(
    ({ samples }: LiveState) => {
      const newest = samples.get(floor)?.at(-1)
      const value = newest && amountOf(newest, metric)
      const { digits } = METRIC_FACTS[metric]
      return value === undefined ? '–' : formatNumber(value, language, digits)
    },
    [floor, metric, language],
  )
  return (
    <div
      className={isOver ? 'value over' : 'value'}
      data-metric={metric}
      data-over={isOver}
      title={metric === 'delta_kwh' && isOver ? t('now.energyLimit') : undefined}
    >
      <dt>{t(`metric.${metric}`)}</dt>
      <dd>
        <LiveText text={text} /> {METRIC_FACTS[metric].unit}
        {(isOver || isAlarmed) && <ValueWord text={t(isOver ? 'now.over' : 'now.alarmed')} />}
      </dd>
    </div>
  )
})

const ValueWord = memo(function ValueWord({ text }: { readonly text: string }) {
  return (
    <span className="over-word tone-high">
      <Icon name="alert" size={12} /> {text}
    </span>
  )
})

const CardTime = memo(function CardTime({ floor }: { readonly floor: number }) {
  const language = useLanguage()
  const write = useCallback(
    (element: HTMLTimeElement, { samples }: LiveState) => {
      const newest = samples.get(floor)?.at(-1)
      const timeMs = newest ? timeMsOf(newest) : Number.NaN
      writeText(element, formatTime(timeMs, language, 'time'))
      const title = utcOf(timeMs)
      if (element.title !== title) element.title = title
    },
    [floor, language],
  )
  return (
    <span className="card-time">
      <time ref={useLiveWriting(write)} />
    </span>
  )
})
