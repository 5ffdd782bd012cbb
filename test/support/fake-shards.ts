/**
 * Shards in memory behind a network that a test breaks by hand: it can stop a shard, lose its
 * replies, hold them back, or empty its disk. Each message travels as JSON, so nothing is shared by
 * accident.
 *
 * A fake shard does only what the coordinator relies on (the newer version wins, epochs fence, a
 * ring is kept). Stories are told with it and with the real one (real-shards.ts), so that a
 * coordinator can never rely on what no shard does.
 */
import { compareKeys } from '../../src/model/key-bytes.ts'
import { isSystemKey } from '../../src/model/keys.ts'
import type { Address, Answer, Message, Network } from '../../src/ports/network.ts'
import type { RingDocument } from '../../src/store/ring/document.ts'
import type {
  OperationResult,
  Refusal,
  ShardOperation,
  ShardReply,
  ShardRequest,
  WireRow,
} from '../../src/store/wire.ts'

/** How a shard treats what it is sent. lossy: it does the work and the reply is lost. */
export type Mood = 'well' | 'stopped' | 'silent' | 'lossy'

/** A shard as stories see it, whichever is behind it. */
export interface TestShard {
  readonly address: Address
  readonly id: string
  mood: Mood
  /** The ring on its disk. */
  ring: RingDocument | null
  readonly rows: ReadonlyMap<string, WireRow>
  /** Requests of each kind that arrived. */
  readonly arrived: Readonly<Record<string, number>>
  /** When set, answers to operations wait for it; greetings do not. */
  held: Promise<void> | null
  /** Refuses every write so, when set; a real shard can only be `full`. */
  refusal: Refusal | null
  /** As after a deletion of its data folder. */
  emptyDisk(newId: string): void
  /** The same disk behind another address. */
  movedTo(address: Address): TestShard
  answer(request: ShardRequest): Promise<ShardReply> | ShardReply
}

export class FakeShard implements TestShard {
  readonly address: Address
  id: string
  mood: Mood = 'well'
  ring: RingDocument | null = null
  rows = new Map<string, WireRow>()
  readonly arrived: Record<string, number> = {}
  held: Promise<void> | null = null
  refusal: Refusal | null = null

  constructor(address: Address, id: string) {
    this.address = address
    this.id = id
  }

  movedTo(address: Address): FakeShard {
    return Object.assign(new FakeShard(address, this.id), { ring: this.ring, rows: this.rows })
  }

  emptyDisk(newId: string): void {
    this.id = newId
    this.ring = null
    this.rows = new Map()
  }

  answer(request: ShardRequest): ShardReply {
    this.arrived[request.kind] = (this.arrived[request.kind] ?? 0) + 1
    switch (request.kind) {
      case 'hello':
        return { kind: 'hello', shardId: this.id, ring: this.ring, keys: this.keys, writable: true }
      case 'ops':
        return this.performAll(request)
      case 'scan':
        return this.isOurs(request) ? this.scan(request) : { kind: 'error', reason: 'not ours' }
      case 'ring.store':
        return this.storeRing(request.ring)
    }
  }

  private get keys(): number {
    return [...this.rows.values()].filter(({ k, v }) => v !== null && !isSystemKey(k)).length
  }

  private isOurs({ cluster }: { readonly cluster: string }): boolean {
    return this.ring?.cluster === cluster
  }

  private performAll(request: Extract<ShardRequest, { kind: 'ops' }>): ShardReply {
    const refused = { r: 'refused', why: 'not-mine' } as const
    const perform = (operation: ShardOperation) =>
      this.isOurs(request) ? this.perform(operation) : refused
    return { kind: 'ops', results: request.ops.map(perform) }
  }

  private perform(operation: ShardOperation): OperationResult {
    const entry = this.ring?.table[operation.p]
    const self = this.ring?.shards.findIndex(({ id }) => id === this.id) ?? -1
    if (!entry?.replicas.includes(self)) {
      const isOld = entry !== undefined && operation.e < entry.epoch
      return { r: 'refused', why: isOld ? 'fenced' : 'not-mine' }
    }
    if (operation.e < entry.epoch) return { r: 'refused', why: 'fenced' }
    if (operation.op === 'get') return { r: 'row', row: this.rows.get(operation.k) ?? null }
    if (this.ring?.sealed) return { r: 'refused', why: 'fenced' }
    if (this.refusal) return { r: 'refused', why: this.refusal }
    return this.apply(operation.row)
  }

  private apply(row: WireRow): OperationResult {
    const present = this.rows.get(row.k)
    const winner = present && !isNewer(row, present) ? present : row
    this.rows.set(row.k, winner)
    return { r: 'held', o: winner.o, t: winner.t, n: winner.n }
  }

  private scan({ from, to, limit, reverse }: Extract<ShardRequest, { kind: 'scan' }>): ShardReply {
    const range = [...this.rows.values()]
      .filter(({ k }) => compareKeys(k, from) >= 0 && (to === null || compareKeys(k, to) < 0))
      .sort((a, b) => compareKeys(a.k, b.k) * (reverse ? -1 : 1))
    return { kind: 'scan', rows: range.slice(0, limit), more: range.length > limit }
  }

  private storeRing(ring: RingDocument): ShardReply {
    const present = this.ring
    const stored = !present || (present.cluster === ring.cluster && present.version < ring.version)
    if (stored) this.ring = ring
    return { kind: 'ring.store', stored, ring: this.ring }
  }
}

function isNewer(a: WireRow, b: WireRow): boolean {
  if (a.o !== b.o) return a.o > b.o
  return a.t !== b.t ? a.t > b.t : a.n > b.n
}

export class FakeNetwork implements Network {
  readonly shards = new Map<Address, TestShard>()
  /** Bodies of operations sent so far. */
  bodies = 0
  /** Called with each message before it travels, which it does once this has resolved. */
  watch: (to: Address, request: Message) => Promise<void> | void = () => {}
  /** Event-loop turns that a body of operations is under way before it arrives; others take one. */
  operationTurns = 1

  add(shard: TestShard): TestShard {
    this.shards.set(shard.address, shard)
    return shard
  }

  async ask(to: Address, request: Message): Promise<Answer> {
    await this.watch(to, request)
    const shard = this.shards.get(to)
    if (request.kind === 'ops') this.bodies += 1
    const sent = JSON.parse(JSON.stringify(request)) as ShardRequest
    for (let left = request.kind === 'ops' ? this.operationTurns : 1; left > 0; left -= 1) {
      await new Promise((resolve) => setImmediate(resolve))
    }
    if (!shard || shard.mood === 'stopped') return { kind: 'refused', reason: 'nobody listens' }
    if (shard.mood === 'silent') return { kind: 'silence', reason: 'too late' }
    const body: unknown = JSON.parse(JSON.stringify(await shard.answer(sent)))
    if (request.kind === 'ops') await shard.held
    if (shard.mood === 'lossy') return { kind: 'silence', reason: 'the reply was lost' }
    return { kind: 'answer', body }
  }

  async close(): Promise<void> {}
}
