/**
 * The real shard behind the network that tests break by hand, on a disk in memory that they can
 * look at, fill and empty.
 */
import { MemoryDisk, openMemoryEngine } from '../../src/adapters/memory-engine.ts'
import { seededRandom } from '../../src/adapters/seeded-random.ts'
import { systemClock } from '../../src/adapters/system-clock.ts'
import type { Address } from '../../src/ports/network.ts'
import type { RingDocument } from '../../src/store/ring/document.ts'
import { createShard, type Shard } from '../../src/store/shard/shard.ts'
import type { ShardOptions } from '../../src/store/shard/shard-options.ts'
import { rowToWire } from '../../src/store/shard/wire-rows.ts'
import type { ShardReply, ShardRequest, WireRow } from '../../src/store/wire.ts'
import type { Mood, TestShard } from './fake-shards.ts'
import { silentTrace } from './traces.ts'

export class RealShard implements TestShard {
  readonly address: Address
  mood: Mood = 'well'
  held: Promise<void> | null = null
  readonly arrived: Record<string, number> = {}
  private readonly options: Partial<ShardOptions>
  private disk: MemoryDisk
  private shard: Shard

  constructor(
    address: Address,
    id: string,
    options: Partial<ShardOptions> = {},
    disk = diskOf(id),
  ) {
    this.address = address
    this.options = options
    this.disk = disk
    this.shard = openShard(disk, options)
  }

  get id(): string {
    return this.shard.id
  }

  get ring(): RingDocument | null {
    return JSON.parse(this.disk.meta.get('ring') ?? 'null')
  }

  /** As if it had been away while the ring changed. */
  set ring(ring: RingDocument | null) {
    this.disk.meta.set('ring', JSON.stringify(ring))
    this.shard = openShard(this.disk, this.options)
  }

  get rows(): ReadonlyMap<string, WireRow> {
    const partitions = [...this.disk.partitions.values()]
    const rows = partitions.flatMap((partition) => [...partition.rows.values()])
    return new Map(rows.map((row) => [row.key, rowToWire(row)]))
  }

  get refusal(): 'full' | null {
    return this.disk.bytesMax === 0 ? 'full' : null
  }

  set refusal(refusal: 'full' | null) {
    this.disk.bytesMax = refusal === 'full' ? 0 : Number.POSITIVE_INFINITY
  }

  emptyDisk(newId: string): void {
    this.disk = diskOf(newId)
    this.shard = openShard(this.disk, this.options)
  }

  movedTo(address: Address): RealShard {
    return new RealShard(address, this.id, this.options, this.disk)
  }

  /** The same disk, started under another label. */
  inZone(zone: string): RealShard {
    return new RealShard(this.address, this.id, { ...this.options, zone }, this.disk)
  }

  answer(request: ShardRequest): Promise<ShardReply> {
    this.arrived[request.kind] = (this.arrived[request.kind] ?? 0) + 1
    return this.shard.endpoint(request) as Promise<ShardReply>
  }
}

function diskOf(id: string): MemoryDisk {
  const disk = new MemoryDisk()
  disk.meta.set('shard-id', id)
  return disk
}

function openShard(disk: MemoryDisk, options: Partial<ShardOptions>): Shard {
  const world = { clock: systemClock, random: seededRandom('shard'), trace: silentTrace }
  return createShard({ ...world, engine: openMemoryEngine(disk) }, { dbPath: 'memory', ...options })
}
