/**
 * What an alarm says to a person, in Italian: the value, what it was held against, and why that is
 * the yardstick. An alarm that does not explain itself is switched off.
 */
import type { Metric } from '../model/alert.ts'
import { type Slot, slotLabel } from '../model/site-time.ts'
import type { SlotStatistics } from '../ports/statistics.ts'

/** Also what the sentences of incidents count in. */
export const METRIC_WORDS: Record<Metric, { name: string; unit: string; decimals: number }> = {
  kw: { name: 'potenza', unit: 'kW', decimals: 3 },
  corrente: { name: 'corrente', unit: 'A', decimals: 3 },
  tensione: { name: 'tensione', unit: 'V', decimals: 2 },
  delta_kwh: { name: 'energia in 30 s', unit: 'kWh', decimals: 5 },
}

export interface Judged {
  readonly floor: number
  readonly metric: Metric
  readonly value: number
  /** What the value was held against. */
  readonly threshold: number
  /** The same before the margin. */
  readonly base: number
  /** 0.1 = ten per cent. */
  readonly margin: number
}

/** "Piano 1: potenza 12,4 kW, oltre il limite di 11 kW." */
export function overLimitText(judged: Judged): string {
  const { metric, value, threshold } = judged
  const amounts = `${amount(metric, value)}, oltre il limite di ${amount(metric, threshold)}`
  return `${subject(judged)} ${amounts}${marginText(judged)}.`
}

/** "Piano 1: potenza 9,8 kW, insolita per Lun 08:30: di solito 6,2 ± 0,7 kW, ...". */
export function offPatternText(judged: Judged, slot: Slot, usual: SlotStatistics): string {
  const { metric, value, threshold } = judged
  const band = `${plain(metric, usual.mean)} ± ${amount(metric, usual.standardDeviation)}`
  const limit = `allarme oltre ${amount(metric, threshold)}${marginText(judged)}`
  const why = `di solito ${band} (${usual.count} mezz'ore osservate), ${limit}`
  return `${subject(judged)} ${amount(metric, value)}, insolita per ${slotLabel(slot)}: ${why}.`
}

function subject({ floor, metric }: Judged): string {
  return `Piano ${floor}: ${METRIC_WORDS[metric].name}`
}

function marginText({ metric, base, margin }: Judged): string {
  if (margin === 0) return ''
  return ` (${amount(metric, base)} più il margine del ${decimal(margin * 100, 1)}%)`
}

function amount(metric: Metric, value: number): string {
  return `${plain(metric, value)} ${METRIC_WORDS[metric].unit}`
}

function plain(metric: Metric, value: number): string {
  return decimal(value, METRIC_WORDS[metric].decimals)
}

/** With a decimal comma and without trailing zeros. */
function decimal(value: number, decimals: number): string {
  return String(Number(value.toFixed(decimals))).replace('.', ',')
}
