/**
 * The event of an alert as the detector wrote it to the store, and what it says in numbers: the
 * value against its limit, or against what was expected, with how much that rests on.
 */
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { alertQuery } from '../../api/queries.ts'
import type { Notification } from '../../api/types.ts'
import { useLanguage } from '../../app/use-choices.ts'
import { documentKey, eventOf, limitOf, overPercentOf, silenceSecondsOf } from '../../lib/alerts.ts'
import { type Evidence, evidenceOf } from '../../lib/evidence.ts'
import { formatAge, formatNumber } from '../../lib/format.ts'
import { METRIC_FACTS } from '../../lib/metrics.ts'

export type AlertEvent = ReturnType<typeof eventOf>

/** Undefined while it is not read, and where there is none. */
export function useAlertEvent(one: Notification): AlertEvent {
  return eventOf(useQuery(alertQuery(documentKey(one))).data ?? undefined, one)
}

export interface AlertFact {
  readonly name: string
  readonly text: string
}

export function useAlertFacts(one: Notification): readonly AlertFact[] {
  const { t } = useTranslation()
  const language = useLanguage()
  const event = useAlertEvent(one)
  const write = useWriter(one)
  const evidence = evidenceOf(event)
  const expected = useExpected(event, evidence, write)
  const pattern = usePattern(one, event, write)
  const silenceSeconds = evidence?.silenceSeconds ?? silenceSecondsOf(one)
  if (silenceSeconds !== undefined) {
    return [{ name: t('fact.silentFor'), text: formatAge(silenceSeconds, language) }, ...expected]
  }
  const value = { name: t('fact.value'), text: write(one.value) }
  if (evidence) return [value, ...expected]
  const threshold = limitOf(one)
  if (threshold === undefined) return [value, ...pattern]
  const limit = { name: t('fact.threshold'), text: write(threshold) }
  if (pattern.length > 0) return [value, limit, ...pattern]
  const percent = overPercentOf(one)
  if (percent === undefined) return [value, limit]
  return [value, limit, { name: t('fact.over'), text: `${write(percent, 0)} %` }]
}

/** With its unit, or with so many digits and none. */
type Writer = (value: number, plain?: number) => string

function useWriter({ metric }: Notification): Writer {
  const language = useLanguage()
  const { unit, digits } = METRIC_FACTS[metric]
  return (value: number, plain?: number) =>
    plain === undefined
      ? `${formatNumber(value, language, digits)} ${unit}`
      : formatNumber(value, language, plain)
}

/** What was expected, as far as the detector tells it. */
function useExpected(
  event: AlertEvent,
  evidence: Evidence | undefined,
  write: Writer,
): readonly AlertFact[] {
  const { t } = useTranslation()
  const slot = useSlot(event)
  if (!evidence) return []
  const { band, channel, comparable } = evidence
  const texts: readonly (readonly [string, string | undefined])[] = [
    [t('fact.expected'), band && t('fact.band', { low: write(band.low), high: write(band.high) })],
    [t('fact.comparable'), comparable === undefined ? undefined : write(comparable, 0)],
    [t('fact.rule'), channel && t(`rule.${channel}`, { defaultValue: channel })],
  ]
  const facts = texts.flatMap(([name, text]) => (text === undefined ? [] : [{ name, text }]))
  return [...facts, ...slot]
}

/** The contract's own: the mean of the same half hour of the week, and how far it is off. */
function usePattern(one: Notification, event: AlertEvent, write: Writer): readonly AlertFact[] {
  const { t } = useTranslation()
  const slot = useSlot(event)
  if (!event || !('zscore' in event)) return []
  const { digits } = METRIC_FACTS[one.metric]
  return [
    { name: t('fact.usual'), text: `${write(event.mu)} ± ${write(event.sigma, digits)}` },
    { name: t('fact.zscore'), text: write(event.zscore, 1) },
    ...slot,
  ]
}

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

/** The half hour of the week that it was compared with. */
function useSlot(event: AlertEvent): readonly AlertFact[] {
  const { t } = useTranslation()
  if (!event || !('fascia_slot' in event)) return []
  const { fascia_weekday: weekday, fascia_slot: slot } = event
  const hour = String(Math.floor(slot / 2)).padStart(2, '0')
  const time = `${hour}:${slot % 2 === 0 ? '00' : '30'}`
  const day = t(`weekday.${WEEKDAYS[weekday] ?? 'mon'}`)
  return [{ name: t('fact.slot'), text: t('fact.slotText', { day, time }) }]
}
