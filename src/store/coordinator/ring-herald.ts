/**
 * Tells shards which ring was decided, and remembers who goes by which: whoever moves partitions
 * may take the next step only when enough shards are known to have taken the one before.
 */
import type { Address } from '../../ports/network.ts'
import type { RingDocument, RingShard } from '../ring/document.ts'
import { majorityOf } from '../ring/quorum.ts'
import type { ReplyOf } from '../wire.ts'

export interface HeraldWorld {
  readonly sleep: (delayMs: number) => Promise<void>
  /** Where a shard is to be asked, it may have moved since; null = nobody knows. */
  readonly whereIs: (shard: RingShard) => Address | null
  /** Null = no answer. */
  readonly store: (address: Address, ring: RingDocument) => Promise<ReplyOf<'ring.store'> | null>
}

/** Once majorities know a ring the others are waited for so long. */
const GRACE_MS = 50

export class RingHerald {
  private readonly world: HeraldWorld
  private readonly known = new Map<string, Pick<RingDocument, 'cluster' | 'version'>>()

  constructor(world: HeraldWorld) {
    this.world = world
  }

  /** A shard has said which ring it goes by now. */
  heard(id: string, ring: RingDocument | null): void {
    if (ring === null) this.known.delete(id)
    else this.known.set(id, { cluster: ring.cluster, version: ring.version })
  }

  /** Ids of the shards that are known to go by this version of the ring, or a later one. */
  holdersOf({ cluster, version }: Pick<RingDocument, 'cluster' | 'version'>): ReadonlySet<string> {
    const holders = [...this.known].filter(
      ([, ring]) => ring.cluster === cluster && ring.version >= version,
    )
    return new Set(holders.map(([id]) => id))
  }

  /**
   * Tells all whom a decided ring concerns. Resolves when majorities know it and the others were
   * waited for, or everybody has answered.
   */
  async tellAll(before: RingDocument | null, ring: RingDocument): Promise<void> {
    const shards = new Map([...(before?.shards ?? []), ...ring.shards].map((one) => [one.id, one]))
    const enough = Promise.withResolvers<void>()
    const tell = async (shard: RingShard) => {
      await this.tell(shard, ring)
      const holders = this.holdersOf(ring)
      if ([before ?? ring, ring].every((one) => isHeldByMost(one, holders))) enough.resolve()
    }
    const told = Promise.all([...shards.values()].map(tell))
    await Promise.race([told, enough.promise.then(() => this.world.sleep(GRACE_MS))])
  }

  /** Unless it is known to go by it, or by a later one. */
  async tell(shard: RingShard, ring: RingDocument): Promise<void> {
    const address = this.world.whereIs(shard)
    if (address === null || this.holdersOf(ring).has(shard.id)) return
    const reply = await this.world.store(address, ring)
    if (reply) this.heard(shard.id, reply.ring)
  }
}

function isHeldByMost({ shards }: RingDocument, holders: ReadonlySet<string>): boolean {
  const held = shards.filter(({ id }) => holders.has(id)).length
  return held >= Math.min(shards.length, majorityOf(shards.length))
}
