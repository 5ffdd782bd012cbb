/**
 * Brings those who take a partition over all rows of the buckets in which everybody else agrees,
 * from one of these. To ask every holder for the header of every row, and for each row by itself,
 * would cost several times as much, and a shard that is new lacks them all.
 *
 * One source is enough where all others hold the same: a row that any of them held when its digest
 * was made, the source held too, or a newer one of its key, and it is read there afterwards, in the
 * same epoch. Where they differ the headers of all are compared.
 */
import { compareKeys } from '../../../model/key-bytes.ts'
import { must } from '../../../model/must.ts'
import { DIGEST_BUCKETS } from '../../../ports/key-value-engine.ts'
import type { ReplyOf } from '../../wire.ts'
import type { PartitionView } from '../ring-view.ts'
import type { CareWorld } from './care-world.ts'
import type { Carried, RowCarrier } from './row-carrier.ts'

type Digest = Pick<ReplyOf<'digest'>, 'sums' | 'rows'>

export interface StreamPlan {
  /** Positions of replicas. */
  readonly source: number
  readonly targets: readonly number[]
  /** Ascending; never empty. */
  readonly buckets: readonly number[]
}

/** One that holds so much of what the source holds lacks little: headers cost less then. */
const HELD_SHARE_MAX = 0.5

/** Null = there is nothing to be streamed. Pure. */
export function streamPlan(
  { groups, partition }: Pick<PartitionView, 'groups' | 'partition'>,
  digests: ReadonlyMap<number, Digest>,
): StreamPlan | null {
  const present = (groups[0] ?? []).filter((replica) => digests.has(replica))
  if (present.length === 0) return null
  const digestOf = (replica: number) => must(digests.get(replica))
  const source = must(present[partition % present.length])
  const rowsMax = digestOf(source).rows * HELD_SHARE_MAX
  const isTarget = (replica: number) =>
    !present.includes(replica) && digestOf(replica).rows < rowsMax
  const targets = [...digests.keys()].filter(isTarget)
  const others = [...digests.keys()].filter((replica) => !targets.includes(replica))
  const buckets = digestOf(source).sums.flatMap((sum, bucket) => {
    const isSame = (replica: number) => digestOf(replica).sums[bucket] === sum
    return others.every(isSame) && !targets.every(isSame) ? [bucket] : []
  })
  return targets.length > 0 && buckets.length > 0 ? { source, targets, buckets } : null
}

/** Not through: the source could not say all, or a target did not take all that it said. */
export type Streamed = Carried & { readonly isThrough: boolean; readonly rows: number }

/** Rejects only when the signal is aborted. */
export async function streamRows(
  care: CareWorld,
  carrier: RowCarrier,
  view: PartitionView,
  plan: StreamPlan,
  signal: AbortSignal,
): Promise<Streamed> {
  const carried = carrier.nothing()
  let rows = 0
  const bringPage = async (from: string) => {
    const page = await pageFrom(care, view, plan, from, signal)
    if (!page) return undefined
    const before = carried.bytes
    let isTaken = true
    for (const target of plan.targets) {
      isTaken &&= await carrier.bring(view, target, page.rows, carried, signal)
    }
    rows += page.rows.length
    await care.pay(carried.bytes - before, signal)
    return isTaken ? page : undefined
  }
  for (let from: string | null = ''; from !== null; ) {
    const start: string = from
    const page = await care.gently(() => bringPage(start), signal)
    if (!page) return { ...carried, isThrough: false, rows }
    from = page.next
  }
  return { ...carried, isThrough: true, rows }
}

/** Undefined = none that goes forward. */
async function pageFrom(
  care: CareWorld,
  { cluster, partition: p, epoch: e, links }: PartitionView,
  { source, buckets: chosen }: StreamPlan,
  from: string,
  signal: AbortSignal,
): Promise<ReplyOf<'rows'> | undefined> {
  const buckets = chosen.length === DIGEST_BUCKETS ? null : chosen
  const request = { kind: 'rows', cluster, p, e, from, limit: care.streamRows(), buckets } as const
  const page = await care.ask(links[source], request, signal)
  const next = page?.next ?? null
  return next !== null && compareKeys(next, from) <= 0 ? undefined : page
}
