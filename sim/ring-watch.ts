/**
 * Watches which ring stands on the disk of each shard, and judges at each change of one of them. It
 * looks at the disks alone; what coordinators believe does not matter.
 */
import { must } from '../src/model/must.ts'
import type { RingDocument } from '../src/store/ring/document.ts'
import { partitionOf } from '../src/store/ring/hash.ts'
import { majorityOf } from '../src/store/ring/quorum.ts'
import { checkDocument, checkEpochs, type Documents, type Holding } from './checkers/rings.ts'
import type { Violation } from './checkers/violation.ts'
import type { ShardMachine } from './cluster.ts'

/** Names under which a shard keeps its facts. */
const RING = 'ring'
const SHARD_ID = 'shard-id'

export class RingWatch {
  readonly violations: Violation[] = []
  private readonly shards: readonly ShardMachine[]
  private readonly documents: Documents = new Map()
  private readonly rings = new Map<string, RingDocument>()

  constructor(shards: readonly ShardMachine[]) {
    this.shards = shards
    for (const { name, disk } of shards) {
      disk.onFact = (fact, value) => {
        if (fact === RING) this.stored(name, JSON.parse(value) as RingDocument)
      }
      disk.onEmptied = () => this.rings.delete(name)
    }
  }

  /** The newest ring on any disk; null = there is none. */
  get newest(): RingDocument | null {
    let newest: RingDocument | null = null
    for (const ring of this.rings.values()) {
      if (newest === null || ring.version > newest.version) newest = ring
    }
    return newest
  }

  /** The ring on a machine's disk. */
  ringOf({ name }: ShardMachine): RingDocument | null {
    return this.rings.get(name) ?? null
  }

  /** The machine of a shard of the ring; undefined = its disk was emptied. */
  machineOf(shardId: string): ShardMachine | undefined {
    return this.shards.find((machine) => idOf(machine) === shardId)
  }

  /**
   * On how many disks of its replicas this key stands, and how many make a quorum; of a partition
   * that moves, those that have held it all the time. Null = there is no ring.
   */
  standing(key: string): { readonly holders: number; readonly needed: number } | null {
    const { newest: ring } = this
    if (!ring) return null
    const partition = partitionOf(key, ring.table.length)
    const { replicas } = must(ring.table[partition])
    const holders = replicas.filter((shard) =>
      this.machineOf(must(ring.shards[shard]).id)?.disk.engine.get(partition, key),
    )
    return { holders: holders.length, needed: majorityOf(replicas.length) }
  }

  private stored(name: string, ring: RingDocument): void {
    this.rings.set(name, ring)
    const found = [...checkDocument(this.documents, ring), ...checkEpochs(this.holdings())]
    this.violations.push(...found)
  }

  private holdings(): readonly Holding[] {
    return this.shards.flatMap((machine) => {
      const ring = this.rings.get(machine.name)
      const shardId = idOf(machine)
      return ring && shardId !== undefined ? [{ shardId, ring }] : []
    })
  }
}

export function idOf({ disk }: ShardMachine): string | undefined {
  return disk.engine.getMeta(SHARD_ID)
}
