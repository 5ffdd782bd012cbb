/**
 * A network that a test breaks by hand: it can stop a shard, lose its replies, hold them back, or
 * empty its disk. Each message travels as JSON, so nothing is shared by accident. Behind it are
 * real shards (real-shards.ts), so that a coordinator can never rely on what no shard does.
 */
import type { Address, Answer, Message, Network } from '../../src/ports/network.ts'
import type { RingDocument } from '../../src/store/ring/document.ts'
import type { Refusal, ShardReply, ShardRequest, WireRow } from '../../src/store/wire.ts'

/** How a shard treats what it is sent. lossy: it does the work and the reply is lost. */
export type Mood = 'well' | 'stopped' | 'silent' | 'lossy'

/** A shard as stories see it. */
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
  /** Refuses every write so, when set. */
  refusal: Extract<Refusal, 'full'> | null
  /** As after a deletion of its data folder. */
  emptyDisk(newId: string): void
  /** The same disk behind another address. */
  movedTo(address: Address): TestShard
  answer(request: ShardRequest): Promise<ShardReply> | ShardReply
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
