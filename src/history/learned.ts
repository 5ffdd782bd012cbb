/**
 * What the watch has learned of each floor and metric, as it stands in the store.
 */
import { LEARNED_PREFIX } from '../model/keys.ts'
import { admitLearned, type LearnedSeries } from '../model/learned.ts'
import { SCAN_LIMIT_MAX, type Store } from '../store/client.ts'
import type { ScanRefusal } from './stored-readings.ts'

/** Series in one answer; the next goes on from there. */
export const LEARNED_MAX = SCAN_LIMIT_MAX

export interface LearnedPage {
  readonly kind: 'learned'
  readonly items: readonly LearnedSeries[]
  /** To be given as `from`; null = this was the last. */
  readonly next: string | null
}

export async function listLearned(
  store: Pick<Store, 'scan'>,
  floor: number | undefined,
  from: string,
): Promise<LearnedPage | ScanRefusal> {
  const prefix = floor === undefined ? LEARNED_PREFIX : `${LEARNED_PREFIX}p${floor}:`
  const page = await store.scan({ prefix, from: LEARNED_PREFIX + from, limit: LEARNED_MAX })
  if (page.kind !== 'page') return page
  const items = page.entries
    .flatMap(({ text }) => admitLearned(JSON.parse(text)) ?? [])
    .toSorted((a, b) => a.floor - b.floor)
  return { kind: 'learned', items, next: page.next?.slice(LEARNED_PREFIX.length) ?? null }
}
