/**
 * Scans: one request to each shard, merged when of every partition a read quorum has answered.
 * Pages that come out empty because everything in them was deleted are followed by the next one, up
 * to a bound. A scan does not repair what it finds lagging; reads do.
 */
import { afterPrefix, compareKeys } from '../../model/key-bytes.ts'
import { checkScan } from '../admission.ts'
import type { ScanOutcome, ScanQuery } from '../client.ts'
import { partitionOf } from '../ring/hash.ts'
import type { ReplyOf } from '../wire.ts'
import type { RingView } from './ring-view.ts'
import { mergeScan, type ShardRows, scanCoverage, spokenFor } from './scan-merge.ts'
import type { StoreWorld } from './store-world.ts'

/** So many at a time: each keeps a page of every shard in memory, and goes past their queues. */
export const SCANS_UNDER_WAY_MAX = 32
/** So many rounds over the shards make one page at the most; a shorter page says where to go on. */
export const SCAN_ROUNDS_MAX = 16

export interface Range {
  readonly from: string
  readonly to: string | null
}

type Gathered =
  | { readonly kind: 'answers'; readonly answers: readonly ShardRows[] }
  | { readonly kind: 'unavailable'; readonly needed: number; readonly had: number }

/** One page of the keys in a range, in order. */
export async function scanPage(world: StoreWorld, query: ScanQuery): Promise<ScanOutcome> {
  return checkScan(query) ?? inPresentRing(world, (view) => scanIn(world, view, query))
}

type NotScanned = Extract<ScanOutcome, { kind: 'no-shards' | 'busy' }>

/** What `scan` makes of the present ring, unless too many others are under way. */
export async function inPresentRing<O extends { readonly kind: string }>(
  world: StoreWorld,
  scan: (view: RingView) => Promise<O>,
): Promise<O | NotScanned> {
  if (world.scansUnderWay >= SCANS_UNDER_WAY_MAX) {
    return { kind: 'busy', retryAfterMs: world.limits.busyRetryAfterMs }
  }
  world.scansUnderWay += 1
  try {
    return await inNewestRing(world, scan)
  } finally {
    world.scansUnderWay -= 1
  }
}

/** In the present ring, or in a newer one that the shards may go by already. */
async function inNewestRing<O extends { readonly kind: string }>(
  world: StoreWorld,
  scan: (view: RingView) => Promise<O>,
): Promise<O | NotScanned> {
  for (let retries = 0; ; retries += 1) {
    const { view } = world
    if (view === null || view.isEmpty) return { kind: 'no-shards' }
    const outcome = await scan(view)
    if (outcome.kind !== 'unavailable' || retries >= world.limits.fencedRetriesMax) return outcome
    // Perhaps the shards go by a newer ring: then it is scanned anew in that one.
    await world.refreshRing()
    if (world.view?.ring.version === view.ring.version) return outcome
  }
}

/** The page by one view of the ring. */
async function scanIn(world: StoreWorld, view: RingView, query: ScanQuery): Promise<ScanOutcome> {
  const reverse = query.reverse ?? false
  const entries: { key: string; text: string }[] = []
  let next: string | null = null
  let range = rangeOf(query)
  for (let round = 0; round < SCAN_ROUNDS_MAX; round += 1) {
    if (isEmpty(range)) return { kind: 'page', entries, next: null }
    const wanted = query.limit - entries.length
    const gathered = await gather(world, view, range, wanted, reverse)
    if (gathered.kind === 'unavailable') return gathered
    const page = mergeScan(gathered.answers, wanted, reverse, world.clock.wallMs())
    entries.push(...page.entries)
    next = page.next
    if (next === null || entries.length >= query.limit) break
    range = reverse ? { ...range, to: next } : { ...range, from: next }
  }
  return { kind: 'page', entries, next }
}

/** What the prefix and the bounds leave, the narrower of each. */
export function rangeOf({ prefix = '', from = '', to }: ScanQuery): Range {
  const end = afterPrefix(prefix)
  const isToNarrower = to !== undefined && (end === null || compareKeys(to, end) < 0)
  return {
    from: compareKeys(from, prefix) > 0 ? from : prefix,
    to: isToNarrower ? to : end,
  }
}

function isEmpty({ from, to }: Range): boolean {
  return to !== null && compareKeys(from, to) >= 0
}

/**
 * Asks every shard and waits until those that answered cover each partition, or all have spoken. A
 * shard that goes by another ring speaks for the partitions that are the same in both.
 */
export function gather(
  world: StoreWorld,
  view: RingView,
  range: Range,
  limit: number,
  reverse: boolean,
): Promise<Gathered> {
  const { ring } = view
  const request = { kind: 'scan', cluster: ring.cluster, ...range, limit, reverse } as const
  const speakers = new Map<number, (partition: number) => boolean>()
  const answers: ShardRows[] = []
  const hear = (shard: number, reply: ReplyOf<'scan'>) => {
    const speaksFor = spokenFor(ring, reply.version, (version) => world.ringAt(version))
    if (!speaksFor) return
    speakers.set(shard, speaksFor)
    const isOurs = reply.version === ring.version
    const counts = (key: string) => speaksFor(partitionOf(key, ring.table.length))
    answers.push(isOurs ? reply : { ...reply, counts })
  }
  return new Promise((resolve) => {
    let missing = view.links.length
    for (const [shard, link] of view.links.entries()) {
      void link.ask(request, world.limits.scanTimeoutMs).then((answer) => {
        missing -= 1
        if (answer.kind === 'reply') hear(shard, answer.reply)
        const coverage = scanCoverage(ring, speakers)
        if (coverage.had >= coverage.needed) resolve({ kind: 'answers', answers })
        else if (missing === 0) resolve({ kind: 'unavailable', ...coverage })
      })
    }
  })
}
