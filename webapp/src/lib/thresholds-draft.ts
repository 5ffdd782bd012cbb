/**
 * Thresholds while somebody edits them: the default set and, for each floor, either "inherits the
 * default" (null) or a set of its own. Fields are texts until they are saved, so that a person may
 * type; a comma is a decimal point, as in Italy.
 */
import type { Metric, ThresholdSet, Thresholds } from '../api/types.ts'
import type { Language } from '../app/search.ts'
import { METRIC_FACTS, METRIC_LIST } from './metrics.ts'

export const LIMIT_FIELDS = ['kw_max', 'corrente_max', 'tensione_max', 'delta_kwh_max'] as const
export type LimitField = (typeof LIMIT_FIELDS)[number]

export type SetDraft = Readonly<Record<LimitField, string>>

export interface Draft {
  readonly default: SetDraft
  readonly perFloor: Readonly<Record<string, SetDraft | null>>
}

/** As the contract has them. */
export const FACTORY_SET: ThresholdSet = {
  delta_kwh_max: 0.08,
  kw_max: 11,
  corrente_max: 15,
  tensione_max: 232,
}

export function draftOf(thresholds: Thresholds, floors: readonly number[]): Draft {
  const own = Object.entries(thresholds.per_floor).map(([floor, set]) => [floor, textsOf(set)])
  const inheriting = floors.map((floor) => [String(floor), null])
  return {
    default: textsOf(thresholds.default),
    perFloor: Object.fromEntries([...inheriting, ...own]),
  }
}

export function textsOf(set: ThresholdSet): SetDraft {
  const texts = LIMIT_FIELDS.map((field) => [field, String(set[field])])
  return Object.fromEntries(texts) as SetDraft
}

export function metricOf(field: LimitField): Metric {
  return METRIC_LIST.find((metric) => METRIC_FACTS[metric].limit === field) ?? 'kw'
}

/** What is typed is taken with a point or a comma; what is shown has that of the language. */
export function shownText(text: string, language: Language): string {
  return language === 'it' ? text.replace('.', ',') : text
}

/** Undefined when it is no number, or below zero. */
export function limitOf(text: string): number | undefined {
  const number = Number(text.trim().replace(',', '.'))
  return text.trim() !== '' && Number.isFinite(number) && number >= 0 ? number : undefined
}

/** What is to be saved; undefined while a field is wrong. */
export function thresholdsOf(draft: Draft): Thresholds | undefined {
  const base = setOf(draft.default)
  const own = Object.entries(draft.perFloor).flatMap(([floor, set]) =>
    set ? [[floor, setOf(set)] as const] : [],
  )
  if (!base || own.some(([, set]) => !set)) return undefined
  return { default: base, per_floor: Object.fromEntries(own) as Record<string, ThresholdSet> }
}

function setOf(draft: SetDraft): ThresholdSet | undefined {
  const limits = LIMIT_FIELDS.map((field) => [field, limitOf(draft[field])] as const)
  if (limits.some(([, limit]) => limit === undefined)) return undefined
  return Object.fromEntries(limits) as ThresholdSet
}

export function changeLimit(draft: Draft, floor: string | null, field: LimitField, text: string) {
  if (floor === null) return { ...draft, default: { ...draft.default, [field]: text } }
  const set = draft.perFloor[floor] ?? draft.default
  return { ...draft, perFloor: { ...draft.perFloor, [floor]: { ...set, [field]: text } } }
}

/** A floor gets a set of its own, which begins as the default; or it inherits again. */
export function setInherits(draft: Draft, floor: string, inherits: boolean): Draft {
  const set = inherits ? null : { ...draft.default }
  return { ...draft, perFloor: { ...draft.perFloor, [floor]: set } }
}

export function isChanged(draft: Draft, saved: Draft): boolean {
  return JSON.stringify(thresholdsOf(draft)) !== JSON.stringify(thresholdsOf(saved))
}
