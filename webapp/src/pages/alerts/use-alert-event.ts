/**
 * The event of an alert as the detector wrote it to the store, and what it says in numbers: the
 * value against its limit, or against what was expected, with how much that rests on.
 */
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { alertQuery } from '../../api/queries.ts'
import type { Notification } from '../../api/types.ts'
import { useLanguage } from '../../app/use-choices.ts'
import { documentKey, eventOf } from '../../lib/alerts.ts'
import { evidenceOf } from '../../lib/evidence.ts'
import { formatNumber } from '../../lib/format.ts'
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
  const event = useAlertEvent(one)
  const write = useWriter(one)
  const value = { name: t('fact.value'), text: write(one.value) }
  const expected = useExpected(one, event)
  if (expected.length > 0) return [value, ...expected]
  const share = one.threshold > 0 ? (one.value / one.threshold - 1) * 100 : 0
  const limit = { name: t('fact.threshold'), text: write(one.threshold) }
  const over = { name: t('fact.over'), text: `${write(share, 0)} %` }
  return [value, limit, over]
}

/** With its unit, or with so many digits and none. */
function useWriter({ metric }: Notification) {
  const language = useLanguage()
  const { unit, digits } = METRIC_FACTS[metric]
  return (value: number, plain?: number) =>
    plain === undefined
      ? `${formatNumber(value, language, digits)} ${unit}`
      : formatNumber(value, language, plain)
}

/** What was expected, by the detector's evidence or by the contract's pattern; else nothing. */
function useExpected(one: Notification, event: AlertEvent): readonly AlertFact[] {
  const { t } = useTranslation()
  const write = useWriter(one)
  const evidence = evidenceOf(event)
  const slot = slotOf(event)
  const compared = slot
    ? [{ name: t('fact.slot'), text: t('fact.slotText', { ...slot, day: t(slot.day) }) }]
    : []
  if (evidence?.band) {
    const { low, high } = evidence.band
    const { channel, comparable } = evidence
    return [
      { name: t('fact.expected'), text: t('fact.band', { low: write(low), high: write(high) }) },
      ...(comparable === undefined
        ? []
        : [{ name: t('fact.comparable'), text: write(comparable, 0) }]),
      ...(channel === undefined
        ? []
        : [{ name: t('fact.rule'), text: t(`rule.${channel}`, { defaultValue: channel }) }]),
      ...compared,
    ]
  }
  if (!event || !('zscore' in event)) return []
  const { digits } = METRIC_FACTS[one.metric]
  return [
    { name: t('fact.threshold'), text: write(one.threshold) },
    { name: t('fact.usual'), text: `${write(event.mu)} ± ${write(event.sigma, digits)}` },
    { name: t('fact.zscore'), text: write(event.zscore, 1) },
    ...compared,
  ]
}

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

/** Of the week, whose half hours patterns are compared with. */
function slotOf(event: AlertEvent) {
  if (!event || !('fascia_slot' in event)) return undefined
  const { fascia_weekday: weekday, fascia_slot: slot } = event
  const hour = String(Math.floor(slot / 2)).padStart(2, '0')
  const day = `weekday.${WEEKDAYS[weekday] ?? 'mon'}` as const
  return { day, time: `${hour}:${slot % 2 === 0 ? '00' : '30'}` }
}
