/**
 * Which toasts new alerts become. A burst must leave the page usable, so what is many is one toast.
 */
import type { Notification, Severity } from '../api/types.ts'
import { rankOf } from './alerts.ts'

/** So many at once are shown one by one. */
export const SINGLE_TOASTS_MAX = 2

export type Toast =
  | {
      readonly kind: 'one'
      readonly id: string
      readonly severity: Severity
      readonly notification: Notification
    }
  | {
      /** `missed`: they were raised while there was no connection. */
      readonly kind: 'many' | 'missed'
      readonly id: string
      readonly severity: Severity
      readonly count: number
    }

/** The first `missed` of them came late. What is only information is in the bell, not on top. */
export function toastsOf(fresh: readonly Notification[], missed: number): readonly Toast[] {
  const late = fresh.slice(0, missed)
  const now = fresh.slice(missed).filter(({ severity }) => severity !== 'info')
  return [...grouped('missed', late, 0), ...grouped('many', now, SINGLE_TOASTS_MAX)]
}

function grouped(
  kind: 'many' | 'missed',
  list: readonly Notification[],
  singleMax: number,
): readonly Toast[] {
  if (list.length === 0) return []
  if (list.length <= singleMax) {
    return list.map((one) => ({
      kind: 'one',
      id: one.id,
      severity: one.severity,
      notification: one,
    }))
  }
  const id = `${kind}-${list[0]?.id}`
  return [{ kind, id, severity: worstOf(list), count: list.length }]
}

/**
 * New toasts while others still wait for their turn: all of these become one. Where alerts come
 * faster than toasts go, more and more would wait, and what is shown would be minutes old.
 */
export function joined(waiting: readonly Toast[], fresh: readonly Toast[]): readonly Toast[] {
  const newest = fresh.at(-1)
  if (waiting.length === 0 || !newest) return fresh
  const all = [...waiting, ...fresh]
  const count = all.reduce((sum, one) => sum + ('count' in one ? one.count : 1), 0)
  return [{ kind: 'many', id: `joined-${newest.id}`, severity: worstOf(all), count }]
}

/** What a screen reader is told: at once what is critical, the rest when there is a pause. */
export interface Said {
  readonly polite: string
  readonly assertive: string
}

const NO_BREAK = '\u00a0'

/**
 * What comes together is said together, for of two texts in one drawing only the last is heard. And
 * the same text once more would change nothing in the page: an end that nobody sees makes it news.
 */
export function saidNext(
  before: Said,
  texts: readonly { readonly text: string; readonly isCritical: boolean }[],
): Said {
  const anew = (said: string, isCritical: boolean) => {
    const one = texts.filter((text) => text.isCritical === isCritical).map(({ text }) => text)
    const next = one.join(' ')
    return next === '' ? said : next === said ? next + NO_BREAK : next
  }
  return { polite: anew(before.polite, false), assertive: anew(before.assertive, true) }
}

function worstOf(list: readonly { readonly severity: Severity }[]): Severity {
  return list.map(({ severity }) => severity).reduce((a, b) => (rankOf(b) < rankOf(a) ? b : a))
}
