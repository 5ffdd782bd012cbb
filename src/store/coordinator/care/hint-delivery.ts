/**
 * Brings shards that were away what they have missed, as far as others have noted it: a hint names
 * a row, which is fetched from whoever keeps the hint and brought to whom it is for. Where hints
 * were too many to be kept the partition is marked instead, and is compared whole.
 *
 * Hints make it quick and nothing rests on them: a hint that was lost costs until the partition is
 * compared in its turn.
 */
import { must } from '../../../model/must.ts'
import type { ReplyOf, WireRow, WireVersion } from '../../wire.ts'
import type { DeliveredHint } from '../../wire-repair.ts'
import type { RingView } from '../ring-view.ts'
import type { AntiEntropy } from './anti-entropy.ts'
import { type CareKeeper, isShardUp } from './care-keeper.ts'
import { type CareWorld, partitionIn, severalAtOnce } from './care-world.ts'
import type { RowCarrier } from './row-carrier.ts'

type Hints = ReplyOf<'hints'>['hints']

/** Of the partitions that one shard misses whole, so many are compared in one turn. */
const DIRTY_PER_TURN_MAX = 8

/** Hints are spread over many partitions, with a few rows in each. */
const PARTITIONS_AT_ONCE_MAX = 32

/** An errand on which nothing could be delivered is not made again before this. */
export const IN_VAIN_AGAIN_MS = 1_000

/** Who keeps hints, and for whom; indices of shards. */
interface Errand {
  readonly holder: number
  readonly target: number
}

export class HintDelivery {
  private readonly care: CareWorld
  private readonly keeper: CareKeeper
  private readonly carrier: RowCarrier
  private readonly antiEntropy: AntiEntropy
  private told = -1
  /** Of errands that were in vain, monotonic. */
  private readonly restUntilMs = new Map<string, number>()

  constructor(care: CareWorld, keeper: CareKeeper, carrier: RowCarrier, antiEntropy: AntiEntropy) {
    this.care = care
    this.keeper = keeper
    this.carrier = carrier
    this.antiEntropy = antiEntropy
  }

  /** Hints that shards have told of, all together. */
  get waiting(): number {
    const counts = [...this.keeper.hellos.values()].flatMap(({ hints }) => Object.values(hints))
    return counts.reduce((sum, count) => sum + count, 0)
  }

  /** One turn of everybody who can be served; true = something was delivered. */
  async step(signal: AbortSignal): Promise<boolean> {
    const { view, trace, clock } = this.care.store
    if (!view) return false
    const { waiting } = this
    if (waiting !== this.told) trace.note('debug', { kind: 'store.hints', waiting })
    this.told = waiting
    let isAny = false
    for (const errand of this.errands(view)) {
      if (await this.serve(view, errand, signal)) isAny = true
      else this.restUntilMs.set(nameOf(errand), clock.monotonicMs() + IN_VAIN_AGAIN_MS)
    }
    return isAny
  }

  private errands(view: RingView): readonly Errand[] {
    const { shards } = view.ring
    const nowMs = this.care.store.clock.monotonicMs()
    const all = shards.flatMap(({ address }, holder): Errand[] => {
      const hints = this.keeper.hellos.get(address)?.hints ?? {}
      const isServable = (target: number) =>
        (hints[must(shards[target]).id] ?? 0) > 0 && isShardUp(view, this.keeper, target)
      if (!isShardUp(view, this.keeper, holder)) return []
      return shards.flatMap((_, target) => (isServable(target) ? [{ holder, target }] : []))
    })
    return all.filter((errand) => (this.restUntilMs.get(nameOf(errand)) ?? 0) <= nowMs)
  }

  private async serve(view: RingView, errand: Errand, signal: AbortSignal): Promise<boolean> {
    const { cluster, shards } = view.ring
    const { hintsPerTurnMax: limit } = this.care.limits
    const target = must(shards[errand.target]).id
    const link = must(view.links[errand.holder])
    const reply = await this.care.ask(link, { kind: 'hints', cluster, target, limit }, signal)
    if (!reply) return false
    const { hints, dirty } = reply
    const delivered = await this.deliver(view, errand, hints, signal)
    const clean = await this.clean(view, target, dirty.slice(0, DIRTY_PER_TURN_MAX), signal)
    if (delivered.length === 0 && clean.length === 0) return false
    const done = { kind: 'hints.done', cluster, target, delivered, clean } as const
    await this.care.ask(link, done, signal)
    const { address } = must(shards[errand.target])
    const fact = { kind: 'store.hints-delivered', address, rows: delivered.length }
    this.care.store.trace.note('debug', { ...fact, partitions: clean.length })
    return true
  }

  /** What the target holds now, or misses no more. */
  private async deliver(
    view: RingView,
    errand: Errand,
    hints: Hints,
    signal: AbortSignal,
  ): Promise<readonly DeliveredHint[]> {
    const byPartition = new Map<number, string[]>()
    for (const { p, k } of hints) byPartition.set(p, [...(byPartition.get(p) ?? []), k])
    const batches = [...byPartition]
    const done = await severalAtOnce(batches, PARTITIONS_AT_ONCE_MAX, ([partition, keys]) =>
      this.deliverIn(view, errand, partition, keys, signal),
    )
    return done.flat()
  }

  /** To a shard that holds the partition no more nothing is brought: then it is done with. */
  private async deliverIn(
    view: RingView,
    { holder, target }: Errand,
    partition: number,
    keys: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly DeliveredHint[]> {
    const place = partitionIn(view, partition)
    if (!place) return []
    const positionOf = (shard: number) => place.ids.indexOf(must(view.ring.shards[shard]).id)
    const holders = [positionOf(holder)]
    const lacking = [positionOf(target)].filter((replica) => replica >= 0)
    const rows = keys.map((key) => ({ key, version: null, holders, lacking, isContested: false }))
    const { held } = await this.carrier.carry(place, rows, signal)
    return held.map(({ key, row }) => ({ p: partition, k: key, ...versionOf(row) }))
  }

  /** Those of the partitions that the target misses no more of. */
  private async clean(
    view: RingView,
    target: string,
    dirty: readonly number[],
    signal: AbortSignal,
  ): Promise<readonly number[]> {
    const clean: number[] = []
    for (const partition of dirty) {
      if (!partitionIn(view, partition)?.ids.includes(target)) clean.push(partition)
      else if (await this.isRepaired(partition, target, signal)) clean.push(partition)
    }
    return clean
  }

  private async isRepaired(
    partition: number,
    target: string,
    signal: AbortSignal,
  ): Promise<boolean> {
    const outcome = await this.antiEntropy.repair(partition, signal)
    if (outcome.kind !== 'done' || !outcome.isLevel) return false
    return outcome.took.has(outcome.view.ids.indexOf(target))
  }
}

function nameOf({ holder, target }: Errand): string {
  return `${holder} ${target}`
}

/** A row that is no more was missed by nobody; no version is older than this. */
function versionOf(row: WireRow | null): WireVersion {
  return row ? { o: row.o, t: row.t, n: row.n } : { o: 0, t: 0, n: '' }
}
