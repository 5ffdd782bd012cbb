/**
 * Reads a floor's readings of a stretch of time out of the store, page by page, without holding
 * them. Which zones readings were sent in nobody has written down, so they are learnt: from the
 * index of the newest readings, from what stands just before and after the range of keys, and from
 * the rows themselves; each new one widens the range, until there is none. (Reading a whole day
 * more on both sides would need no learning and would cost fifty times as much for the last hour.)
 */
import { indexKey, readingKey } from '../model/keys.ts'
import type { Reading } from '../model/reading.ts'
import { parseTimestamp } from '../model/timestamp.ts'
import { SCAN_LIMIT_MAX, type ScanOutcome, type Store } from '../store/client.ts'
import {
  joined,
  type KeyRange,
  keyRangesOf,
  type Stretch,
  widestRange,
  without,
  zoneMsOf,
} from './key-ranges.ts'

/** Rows that one request may read: a week of a reading every five seconds fits. */
export const ROWS_MAX = 150_000
/** Rows looked at on each side of a range, for the zones they were sent in. */
const PROBE_ROWS = 16

export interface StoredReading {
  readonly timeMs: number
  readonly reading: Reading
}

export type ReadingsStore = Pick<Store, 'read' | 'scan'>
export type ScanRefusal = Exclude<ScanOutcome, { kind: 'page' }>

/** How reading ended. `gone`: whoever asked is not there any more. */
export type ReadingsEnd =
  | { readonly kind: 'done'; readonly rows: number }
  | { readonly kind: 'too-many-rows'; readonly rowsMax: number }
  | { readonly kind: 'gone' }
  | ScanRefusal

export interface ReadingOptions {
  readonly rowsMax?: number
  /** Asked between pages. */
  readonly isWanted?: () => boolean
}

/** Hands over each reading of the stretch once, in no certain order. */
export async function eachReading(
  store: ReadingsStore,
  floor: number,
  stretch: Stretch,
  take: (stored: StoredReading) => void,
  { rowsMax = ROWS_MAX, isWanted = () => true }: ReadingOptions = {},
): Promise<ReadingsEnd> {
  const zones = await zonesNearby(store, floor, stretch)
  if (!(zones instanceof Set)) return zones
  let done: readonly KeyRange[] = []
  let rows = 0
  for (;;) {
    const left = without(keyRangesOf(floor, stretch, zones), done)
    if (left.length === 0) return { kind: 'done', rows }
    for (const range of left) {
      for await (const page of pagesOf(store, range)) {
        if (page.kind !== 'page') return page
        rows += page.entries.length
        if (rows > rowsMax) return { kind: 'too-many-rows', rowsMax }
        for (const { key, text } of page.entries) takeRow(floor, key, text, stretch, zones, take)
        if (!isWanted()) return { kind: 'gone' }
      }
    }
    done = joined([...done, ...left])
  }
}

async function* pagesOf(store: ReadingsStore, range: KeyRange): AsyncGenerator<ScanOutcome> {
  for (let from: string | null = range.from; from !== null; ) {
    const page: ScanOutcome = await store.scan({ from, to: range.to, limit: SCAN_LIMIT_MAX })
    yield page
    from = page.kind === 'page' ? page.next : null
  }
}

function takeRow(
  floor: number,
  key: string,
  text: string,
  { fromMs, toMs }: Stretch,
  zones: Set<number>,
  take: (stored: StoredReading) => void,
): void {
  const timestamp = key.slice(readingKey(floor, '').length)
  const timeMs = parseTimestamp(timestamp)
  if (timeMs === undefined) return
  zones.add(zoneMsOf(timestamp) ?? 0)
  if (timeMs < fromMs || timeMs >= toMs) return
  take({ timeMs, reading: JSON.parse(text) as Reading })
}

/** Zones of the newest readings, and of those that stand next to the ranges. */
async function zonesNearby(
  store: ReadingsStore,
  floor: number,
  stretch: Stretch,
): Promise<Set<number> | ScanRefusal> {
  const zones = new Set<number>()
  const learn = (timestamp: unknown) => {
    const zoneMs = typeof timestamp === 'string' ? zoneMsOf(timestamp) : undefined
    if (zoneMs !== undefined) zones.add(zoneMs)
  }
  for (const timestamp of await indexed(store, floor)) learn(timestamp)
  const gaps = without([widestRange(floor, stretch)], keyRangesOf(floor, stretch, zones))
  const probes = await Promise.all(
    gaps.flatMap((gap) =>
      [false, true].map((reverse) => store.scan({ ...gap, limit: PROBE_ROWS, reverse })),
    ),
  )
  for (const probe of probes) {
    if (probe.kind !== 'page') return probe
    for (const { key } of probe.entries) learn(key.slice(readingKey(floor, '').length))
  }
  return zones
}

/** None when there is no index, or another program has written something else there. */
async function indexed(store: ReadingsStore, floor: number): Promise<readonly unknown[]> {
  const [outcome] = await store.read([indexKey(floor)])
  if (outcome?.kind !== 'found') return []
  const { timestamps } = Object(JSON.parse(outcome.text)) as { timestamps?: unknown }
  return Array.isArray(timestamps) ? timestamps : []
}
