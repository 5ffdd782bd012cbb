/**
 * Makes the replicas of one partition hold the same: compares their digests, then the headers of
 * the buckets that differ, page by page, and carries what is lacking. Nobody is kept from writing
 * meanwhile; what is written while it runs goes to all replicas by itself, and where it looks as if
 * it were lacking it is carried once more, which changes nothing.
 *
 * It lives in one epoch: a shard that goes by another one refuses, and that ends it.
 */
import { compareKeys } from '../../../model/key-bytes.ts'
import type { ReplyOf } from '../../wire.ts'
import type { PartitionView } from '../ring-view.ts'
import { type CareWorld, partitionIn, standing } from './care-world.ts'
import { leftOutBefore } from './purge-floor.ts'
import { commonRange, type HeaderPage, reconcile } from './reconcile.ts'
import type { RowCarrier } from './row-carrier.ts'
import { streamPlan, streamRows } from './row-stream.ts'

export interface RepairWish {
  readonly partition: number
  /** How long dead rows count for certain; null = all count, whatever is known of them. */
  readonly graceMs: number | null
  /** Are these replicas (positions) enough for it to be worth while? Default: any. */
  readonly isEnough?: (view: PartitionView, replicas: ReadonlySet<number>) => boolean
  /** Who is to be brought up to date; default: everybody. */
  readonly isTarget?: (view: PartitionView, replica: number) => boolean
  /** Those who are new lack everything, so it comes to them as a stream. */
  readonly isMove?: true
}

export type RepairOutcome =
  | ({ readonly kind: 'done' } & Repair)
  /** It has moved on, or the ring is not known. */
  | { readonly kind: 'outdated' }
  /** Too few answered, or one did not to the end. */
  | { readonly kind: 'unreachable'; readonly reason: string }

export interface Repair {
  readonly view: PartitionView
  /** Wall time before the first replica was asked. */
  readonly beganMs: number
  /** Positions in the view of those who took part. */
  readonly took: ReadonlySet<number>
  /** All who hold the partition did. */
  readonly isWhole: boolean
  /** Whoever took part, and was a target, holds all that any of them held. */
  readonly isLevel: boolean
  /** Or all of it that can still be read, by a majority. */
  readonly isReadableLevel: boolean
  /** Wall time of the last such repair that all who took part remember; 0 = none. */
  readonly formerMs: number
  /** Of the replica that holds most. */
  readonly rows: number
  /** Rows that were lacking somewhere. */
  readonly diverged: number
  readonly pushes: number
  readonly bytes: number
}

type Digest = ReplyOf<'digest'>
type Comparison = { readonly digests: ReadonlyMap<number, Digest>; readonly buckets: number[] }
type Failure = Exclude<RepairOutcome, { kind: 'done' }>

/** Rejects only when the signal is aborted. */
export function repairPartition(
  care: CareWorld,
  carrier: RowCarrier,
  wish: RepairWish,
  signal: AbortSignal,
): Promise<RepairOutcome> {
  const view = partitionIn(care.store.view, wish.partition)
  if (!view || view.links.length === 0) return Promise.resolve({ kind: 'outdated' })
  return new PartitionRepair(care, carrier, wish, view, signal).run()
}

const NOT_TAKEN = 'rows were not taken'
const NO_PROGRESS = 'the headers of a replica do not go forward'

/** Rough size of a header on the wire. */
const HEADER_BYTES = 100

class PartitionRepair {
  private readonly care: CareWorld
  private readonly carrier: RowCarrier
  private readonly wish: RepairWish
  private readonly view: PartitionView
  private readonly signal: AbortSignal
  private diverged = 0
  private pushes = 0
  private bytes = 0
  private unheld = 0
  private damaged = 0

  constructor(
    care: CareWorld,
    carrier: RowCarrier,
    wish: RepairWish,
    view: PartitionView,
    signal: AbortSignal,
  ) {
    this.care = care
    this.carrier = carrier
    this.wish = wish
    this.view = view
    this.signal = signal
  }

  async run(): Promise<RepairOutcome> {
    const { view, wish } = this
    const beganMs = this.care.store.clock.wallMs()
    let deadBeforeMs = 0
    const compare = () => this.compare(standing(view), deadBeforeMs)
    let { digests, buckets } = await (wish.isMove
      ? this.care.gently(compare, this.signal)
      : compare())
    const took = new Set(digests.keys())
    if (took.size === 0) return this.failure('no replica answers')
    if (!(wish.isEnough?.(view, took) ?? true)) return this.failure('too few replicas answer')
    const isWhole = took.size === view.links.length
    if (buckets.length > 0 && isWhole && wish.graceMs !== null) {
      // Perhaps they differ only in what some have forgotten already.
      deadBeforeMs = leftOutBefore(
        [...digests.values()].map((one) => one.repairedMs),
        wish.graceMs,
      )
      if (deadBeforeMs > 0) ({ digests, buckets } = await this.compare([...took], deadBeforeMs))
      if (digests.size < took.size) return this.failure('a replica does not answer any more')
    }
    if (wish.isMove && buckets.length > 0) {
      const { failure, through } = await this.stream(digests)
      if (failure) return failure
      buckets = buckets.filter((bucket) => !through.has(bucket))
    }
    if (buckets.length > 0) {
      const failure = await this.level([...took], buckets, deadBeforeMs)
      if (failure) return failure
    }
    const rows = Math.max(...[...digests.values()].map((one) => one.rows))
    const { diverged, pushes, bytes } = this
    const isReadableLevel = this.unheld === 0
    const isLevel = isReadableLevel && this.damaged === 0
    const formerMs = Math.min(...[...digests.values()].map((one) => one.repairedMs))
    const facts = { beganMs, took, isWhole, isLevel, isReadableLevel, formerMs, rows }
    return { kind: 'done', view, ...facts, diverged, pushes, bytes }
  }

  /** Digests of those who answer, and the buckets in which these differ. */
  private async compare(replicas: readonly number[], deadBeforeMs: number): Promise<Comparison> {
    const { cluster, partition, epoch, links } = this.view
    const request = { kind: 'digest', cluster, p: partition, e: epoch, deadBeforeMs } as const
    const digests = new Map<number, Digest>()
    const ask = async (replica: number) => {
      const reply = await this.care.ask(links[replica], request, this.signal)
      if (reply) digests.set(replica, reply)
    }
    await Promise.all(replicas.map(ask))
    return { digests, buckets: differing([...digests.values()]) }
  }

  /** Which buckets need no other care any more. */
  private async stream(
    digests: ReadonlyMap<number, Digest>,
  ): Promise<{ readonly failure?: Failure; readonly through: ReadonlySet<number> }> {
    const plan = streamPlan(this.view, digests)
    if (!plan) return { through: new Set() }
    const streamed = await streamRows(this.care, this.carrier, this.view, plan, this.signal)
    this.diverged += streamed.rows
    this.pushes += streamed.pushes
    this.bytes += streamed.bytes
    const through = new Set(streamed.isThrough ? plan.buckets : [])
    const isCurrent = !streamed.isOutdated && this.care.isCurrent(this.view)
    if (!isCurrent) return { failure: this.outdated(), through }
    return streamed.unheld.length > 0 ? { failure: this.failure(NOT_TAKEN), through } : { through }
  }

  /** Carries what is lacking in these buckets; what it returns came in the way. */
  private async level(
    replicas: readonly number[],
    buckets: readonly number[],
    deadBeforeMs: number,
  ): Promise<Failure | undefined> {
    for (let from: string | null = ''; from !== null; ) {
      const pages = await this.pages(replicas, buckets, deadBeforeMs, from)
      if (!pages) return this.failure('a replica does not answer any more')
      const { lists, next } = commonRange(pages)
      if (next !== null && compareKeys(next, from) <= 0) return this.failure(NO_PROGRESS)
      const isTarget = (replica: number) => this.wish.isTarget?.(this.view, replica) ?? true
      const rows = reconcile(lists).flatMap((one) => {
        const lacking = one.lacking.filter(isTarget)
        return lacking.length > 0 || one.isContested ? [{ ...one, lacking }] : []
      })
      this.diverged += rows.length
      const carried = await this.carrier.carry(this.view, rows, this.signal)
      this.pushes += carried.pushes
      this.bytes += carried.bytes
      this.unheld += carried.unheld.length
      this.damaged += carried.damaged.length
      if (carried.isOutdated || !this.care.isCurrent(this.view)) return this.outdated()
      from = next
    }
    return undefined
  }

  /** One page from each; undefined = not from all. */
  private async pages(
    replicas: readonly number[],
    buckets: readonly number[],
    deadBeforeMs: number,
    from: string,
  ): Promise<readonly HeaderPage[] | undefined> {
    const { cluster, partition: p, epoch: e, links } = this.view
    const { pageRows: limit } = this.care.limits
    const query = { cluster, p, e, deadBeforeMs, from, limit, buckets } as const
    const ask = async (replica: number): Promise<HeaderPage[]> => {
      const request = { kind: 'headers', ...query } as const
      const reply = await this.care.ask(links[replica], request, this.signal)
      return reply ? [{ replica, headers: reply.headers, next: reply.next }] : []
    }
    const pages = (await Promise.all(replicas.map(ask))).flat()
    const headers = pages.reduce((sum, page) => sum + page.headers.length, 0)
    await this.care.pay(headers * HEADER_BYTES, this.signal)
    return pages.length === replicas.length ? pages : undefined
  }

  private failure(reason: string): Failure {
    return this.care.isCurrent(this.view) ? { kind: 'unreachable', reason } : this.outdated()
  }

  private outdated(): Failure {
    void this.care.store.refreshRing()
    return { kind: 'outdated' }
  }
}

function differing(digests: readonly Digest[]): number[] {
  const [first, ...others] = digests
  const buckets = first?.sums.map((_, bucket) => bucket) ?? []
  return buckets.filter((bucket) => others.some(({ sums }) => sums[bucket] !== first?.sums[bucket]))
}
