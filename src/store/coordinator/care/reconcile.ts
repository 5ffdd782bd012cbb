/**
 * What several replicas lack of one range of keys, by the headers of their rows. Pure: whoever
 * fetched the headers carries the rows.
 *
 * The newest version of a key is the right one. Where two replicas hold one version with different
 * texts, one of the disks has changed what was written: the text that most of them hold is right,
 * and where none is held by most, only the shards can tell, which refuse the row as damaged.
 */
import { compareKeys } from '../../../model/key-bytes.ts'
import type { WireVersion } from '../../wire.ts'
import type { WireHeader } from '../../wire-repair.ts'
import { compareRows } from '../replica-result.ts'

/** Headers of one replica (its position among those that hold the partition), ascending by key. */
export interface HeaderList {
  readonly replica: number
  readonly headers: readonly WireHeader[]
}

/** A page of them; `next` is where the replica would go on, null = it is through. */
export interface HeaderPage extends HeaderList {
  readonly next: string | null
}

/** A row that not all replicas hold. */
export interface Divergence {
  readonly key: string
  readonly version: WireVersion
  /** Whom it can be fetched from. */
  readonly holders: readonly number[]
  /** Who has none, an older one, or the same version with a text that is not the right one. */
  readonly lacking: readonly number[]
  /** The holders hold different texts, and those that refuse theirs as damaged lack it too. */
  readonly isContested: boolean
}

/**
 * Replicas hold different rows, so their pages end at different keys: only up to the least end has
 * every replica said what it holds.
 */
export function commonRange(pages: readonly HeaderPage[]): {
  readonly lists: readonly HeaderList[]
  readonly next: string | null
} {
  let next: string | null = null
  for (const page of pages) {
    if (page.next !== null && (next === null || compareKeys(page.next, next) < 0)) next = page.next
  }
  const end = next
  if (end === null) return { lists: pages, next }
  const lists = pages.map(({ replica, headers }) => ({
    replica,
    headers: headers.filter(({ k }) => compareKeys(k, end) < 0),
  }))
  return { lists, next }
}

/** One for each key that is not the same on all of these replicas, ascending as they came. */
export function reconcile(lists: readonly HeaderList[]): readonly Divergence[] {
  const replicas = lists.map(({ replica }) => replica)
  const byKey = new Map<string, Held[]>()
  for (const { replica, headers } of lists) {
    for (const header of headers) {
      const held = byKey.get(header.k)
      if (held) held.push({ replica, header })
      else byKey.set(header.k, [{ replica, header }])
    }
  }
  const divergences: Divergence[] = []
  for (const [key, held] of byKey) {
    const one = divergenceOf(key, held, replicas)
    if (one) divergences.push(one)
  }
  return divergences
}

interface Held {
  readonly replica: number
  readonly header: WireHeader
}

function divergenceOf(
  key: string,
  held: readonly Held[],
  replicas: readonly number[],
): Divergence | null {
  const newest = held.reduce((best, one) => (compareRows(one.header, best.header) > 0 ? one : best))
  const ofNewest = held.filter(({ header }) => compareRows(header, newest.header) === 0)
  const text = hashOfMost(ofNewest)
  const isContested = text === undefined
  const right = isContested ? ofNewest : ofNewest.filter(({ header }) => header.h === text)
  const holders = right.map(({ replica }) => replica)
  const lacking = replicas.filter((replica) => !holders.includes(replica))
  if (lacking.length === 0 && !isContested) return null
  const { o, t, n } = newest.header
  return { key, version: { o, t, n }, holders, lacking, isContested }
}

/** What more than half of them have for a hash; undefined = no such. */
function hashOfMost(held: readonly Held[]): number | null | undefined {
  const counts = new Map<number | null, number>()
  for (const { header } of held) counts.set(header.h, (counts.get(header.h) ?? 0) + 1)
  for (const [hash, count] of counts) if (count * 2 > held.length) return hash
  return undefined
}
