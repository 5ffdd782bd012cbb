/**
 * Watches the disks of the shards: which ring stands on each, what is removed from them, and judges
 * at each change. It looks at the disks alone; what coordinators believe does not matter.
 */
import { must } from '../src/model/must.ts'
import { compareVersions } from '../src/model/version.ts'
import type { Hint } from '../src/ports/key-value-engine.ts'
import type { RingDocument } from '../src/store/ring/document.ts'
import { partitionOf } from '../src/store/ring/hash.ts'
import { holdersOf, majorityOf } from '../src/store/ring/quorum.ts'
import { checkDocument, checkEpochs, type Documents, type Holding } from './checkers/rings.ts'
import type { Violation } from './checkers/violation.ts'
import type { ShardMachine } from './cluster.ts'

/** Names under which a shard keeps its facts. */
const RING = 'ring'
const SHARD_ID = 'shard-id'
const EVERYTHING = { from: '', to: null }

export class RingWatch {
  readonly violations: Violation[] = []
  private readonly shards: readonly ShardMachine[]
  private readonly documents: Documents = new Map()
  private readonly rings = new Map<string, RingDocument>()

  constructor(shards: readonly ShardMachine[]) {
    this.shards = shards
    for (const machine of shards) {
      const { name, disk } = machine
      disk.watch = {
        fact: (fact, value) => {
          if (fact === RING) this.stored(machine, JSON.parse(value) as RingDocument)
        },
        dropped: (hints) => this.dropped(machine, hints),
        emptied: () => this.rings.delete(name),
      }
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

  private stored(machine: ShardMachine, ring: RingDocument): void {
    const former = this.rings.get(machine.name) ?? null
    this.rings.set(machine.name, ring)
    this.violations.push(
      ...checkDocument(this.documents, ring),
      ...checkEpochs(this.holdings()),
      ...this.checkNewcomer(machine, former, ring),
    )
  }

  /** Rows of an earlier stay would bring back what was deleted since. */
  private checkNewcomer(
    machine: ShardMachine,
    former: RingDocument | null,
    ring: RingDocument,
  ): readonly Violation[] {
    const id = idOf(machine) ?? ''
    return ring.table.flatMap((_, partition) => {
      const isNew = isHolder(ring, partition, id) && !(former && isHolder(former, partition, id))
      const left = isNew ? machine.disk.engine.keys(partition, EVERYTHING, 1, false)[0] : undefined
      if (left === undefined) return []
      const comes = `${machine.name} comes to hold partition ${partition}`
      const sentence = `${comes} and has ${left} already`
      return [{ promise: 'S23', sentence }]
    })
  }

  /**
   * A hint may go when whoever missed the row has it, or is not to have it, or is new to the
   * partition and gets all of it.
   */
  private dropped(holder: ShardMachine, hints: readonly Hint[]): void {
    for (const { target, partition, key } of hints) {
      const row = holder.disk.engine.get(partition, key)
      const machine = this.machineOf(target)
      const [ring, theirs] = [this.newest, machine && this.ringOf(machine)]
      const isReplica = (one: RingDocument | null | undefined) =>
        !!one && isReplicaIn(one, partition, target)
      if (!row || row.text === null || !machine || !isReplica(ring) || !isReplica(theirs)) continue
      const held = machine.disk.engine.get(partition, key)
      if (held && compareVersions(held.version, row.version) >= 0) continue
      const forgot = `${holder.name} forgot that ${machine.name} misses ${key}`
      const sentence = `${forgot}, which it does still`
      this.violations.push({ promise: 'S21', sentence })
    }
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

function isReplicaIn(ring: RingDocument, partition: number, id: string): boolean {
  return ring.table[partition]?.replicas.some((shard) => ring.shards[shard]?.id === id) ?? false
}

function isHolder(ring: RingDocument, partition: number, id: string): boolean {
  const entry = ring.table[partition]
  return !!entry && holdersOf(entry).members.some((shard) => ring.shards[shard]?.id === id)
}
