/**
 * Which floors have readings in the store. Keys of one floor stand together, so from the first key
 * of a floor it is one jump to the next floor: as many small scans as there are floors, and not one
 * over all readings.
 */
import { afterPrefix } from '../model/key-bytes.ts'
import { readingKey } from '../model/keys.ts'
import type { ReadingsStore, ScanRefusal } from './stored-readings.ts'

/** More are not looked for, and whoever asked is told so. */
export const FLOORS_MAX = 500
const FLOOR_KEY = /^energy:p([1-9]\d{0,15}):/
const PREFIX = 'energy:p'

export type FloorsOutcome =
  | { readonly kind: 'floors'; readonly floors: readonly number[] }
  | TooManyFloors
  | ScanRefusal

export interface TooManyFloors {
  readonly kind: 'too-many-floors'
  readonly floorsMax: number
}

/** Ascending. */
export async function findFloors(store: Pick<ReadingsStore, 'scan'>): Promise<FloorsOutcome> {
  const floors: number[] = []
  let from: string | null = PREFIX
  while (from !== null) {
    const page = await store.scan({ prefix: PREFIX, from, limit: 1 })
    if (page.kind !== 'page') return page
    const key: string | undefined = page.entries[0]?.key
    if (key === undefined) {
      from = page.next
      continue
    }
    const floor = FLOOR_KEY.exec(key)?.[1]
    if (floor !== undefined) floors.push(Number(floor))
    if (floors.length > FLOORS_MAX) return { kind: 'too-many-floors', floorsMax: FLOORS_MAX }
    from = floor === undefined ? `${key}\0` : afterPrefix(readingKey(Number(floor), ''))
  }
  return { kind: 'floors', floors: floors.sort((a, b) => a - b) }
}
