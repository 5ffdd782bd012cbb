/**
 * Which floors are shown, in which order, on which page: a building may have three or a hundred.
 */
import type { Sort } from '../app/search.ts'

export const FLOORS_PER_PAGE = 12
/** With so many floors nobody needs a search. */
export const FEW_FLOORS_MAX = 6

export interface FloorRow {
  readonly floor: number
  readonly kw: number | undefined
  /** Values over their limit, and alerts. */
  readonly problems: number
}

export interface FloorPage {
  readonly rows: readonly FloorRow[]
  readonly page: number
  readonly pages: number
  readonly found: number
}

const ORDERS: Readonly<Record<Sort, (a: FloorRow, b: FloorRow) => number>> = {
  floor: (a, b) => a.floor - b.floor,
  power: (a, b) => (b.kw ?? -1) - (a.kw ?? -1) || a.floor - b.floor,
  problems: (a, b) => b.problems - a.problems || a.floor - b.floor,
}

export function pageOfFloors(
  rows: readonly FloorRow[],
  chosen: { readonly find?: string; readonly sort?: Sort; readonly page?: number },
): FloorPage {
  const find = (chosen.find ?? '').trim()
  const found = rows.filter(({ floor }) => String(floor).includes(find))
  const sorted = found.sort(ORDERS[chosen.sort ?? 'floor'])
  const pages = Math.max(1, Math.ceil(sorted.length / FLOORS_PER_PAGE))
  const page = Math.min(pages, chosen.page ?? 1)
  const start = (page - 1) * FLOORS_PER_PAGE
  return { rows: sorted.slice(start, start + FLOORS_PER_PAGE), page, pages, found: found.length }
}

/** The same floors in the same order; their values may differ. */
export function isSamePage(a: FloorPage, b: FloorPage): boolean {
  return (
    a.page === b.page &&
    a.pages === b.pages &&
    a.found === b.found &&
    isSameList(a.rows, b.rows, (one, other) => one.floor === other.floor)
  )
}

export function isSameTrouble(a: FloorRow, b: FloorRow): boolean {
  return a.floor === b.floor && a.problems === b.problems
}

export function isSameList<One>(
  a: readonly One[],
  b: readonly One[],
  isSame: (one: One, other: One) => boolean,
): boolean {
  if (a.length !== b.length) return false
  for (const [at, one] of a.entries()) {
    const other = b[at]
    if (other === undefined || !isSame(one, other)) return false
  }
  return true
}
