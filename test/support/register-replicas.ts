/**
 * Replicas of conditional keys in a few lines: each keeps its promise and what it accepted, as a
 * shard does, unless a test answers in its place. For the proposer alone; the real shards stand
 * behind the stories of test/scenarios.
 */
import { seededRandom } from '../../src/adapters/seeded-random.ts'
import { must } from '../../src/model/must.ts'
import type { Answer, Message } from '../../src/ports/network.ts'
import { BallotClock } from '../../src/store/coordinator/conditional/ballot-clock.ts'
import {
  type Change,
  changeOf,
  type ProposalOutcome,
  propose,
} from '../../src/store/coordinator/conditional/proposer.ts'
import {
  envelopeOf,
  type Register,
  type RegisterChange,
} from '../../src/store/coordinator/conditional/register.ts'
import { RegisterMemory } from '../../src/store/coordinator/conditional/register-memory.ts'
import { HOP_DEFAULTS, ShardLink } from '../../src/store/coordinator/hop.ts'
import { LateWatch } from '../../src/store/coordinator/late-watch.ts'
import { compareRows } from '../../src/store/coordinator/replica-result.ts'
import { RingView } from '../../src/store/coordinator/ring-view.ts'
import { LIMIT_DEFAULTS, StoreWorld } from '../../src/store/coordinator/store-world.ts'
import type { RingDocument } from '../../src/store/ring/document.ts'
import type {
  OperationResult,
  Refusal,
  ShardOperation,
  WireRow,
  WireVersion,
} from '../../src/store/wire.ts'
import { instantClock } from './instant-clock.ts'
import { manualClock } from './manual-clock.ts'
import { silentTrace } from './traces.ts'

export const KEY = 'cas:lamp'

/** For a few messages one after another, each of which waits for the end of a turn or two. */
const TURNS_ENOUGH = 50
const nextTurn = () => new Promise<void>((resolve) => void setImmediate(resolve))

/** In place of the replica's own answer; undefined = it answers itself. */
export type Mood = (operation: ShardOperation, act: () => OperationResult) => Heard | undefined
export type Heard = OperationResult | 'silence'

export class RegisterReplica {
  promised: WireVersion | null = null
  row: WireRow | null = null
  mood: Mood = () => undefined
  /** It answers a turn after the others. */
  isLate = false
  readonly heard: ShardOperation['op'][] = []

  answer(operation: ShardOperation): Heard {
    this.heard.push(operation.op)
    return this.mood(operation, () => this.act(operation)) ?? this.act(operation)
  }

  /** Holds this register, accepted under a ballot of somebody else. */
  hold(register: Register, ballot: WireVersion): void {
    const { o, t, n } = ballot
    this.row = { k: KEY, v: envelopeOf(register), o, t, n, e: null }
    this.promised = ballot
  }

  private act(operation: ShardOperation): OperationResult {
    if (operation.op === 'promise') {
      if (compareRows(operation.ballot, this.promised) > 0) this.promised = operation.ballot
      return { r: 'promised', ballot: must(this.promised), row: this.row }
    }
    if (operation.op !== 'apply') return { r: 'noted' }
    const { o, t, n } = operation.row
    if (compareRows(operation.row, this.promised) >= 0) {
      this.promised = { o, t, n }
      this.row = operation.row
    }
    return { r: 'held', ...must(this.promised) }
  }
}

export const refused = (why: Refusal): OperationResult => ({ r: 'refused', why })
/** Refuses everything, or only what is of this kind. */
export const refusing =
  (why: Refusal, op?: ShardOperation['op']): Mood =>
  (operation) =>
    op === undefined || operation.op === op ? refused(why) : undefined
/** Says nothing; `op`: to this kind only. It does what it was asked where `isDone`. */
export const silent =
  (op?: ShardOperation['op'], isDone = false): Mood =>
  (operation, act) => {
    if (op !== undefined && operation.op !== op) return undefined
    if (isDone) act()
    return 'silence'
  }

/** A ring of one partition on so many shards. */
export function ringOf(replicas: readonly number[], goal?: readonly number[]): RingDocument {
  const count = Math.max(...replicas, ...(goal ?? [])) + 1
  const shards = Array.from({ length: count }, (_, n) => ({ id: `id-${n}`, address: `a${n}` }))
  const entry = { epoch: 1, replicas, ...(goal ? { goal, isJoint: true as const } : {}) }
  return { cluster: 'c', version: 1, replicationFactor: replicas.length, shards, table: [entry] }
}

export function registerScene(ring = ringOf([0, 1, 2])) {
  const replicas = ring.shards.map(() => new RegisterReplica())
  const clock = instantClock()
  const network = {
    ask: async (to: string, request: Message): Promise<Answer> => {
      const replica = must(replicas[Number(to.slice(1))])
      const { ops } = request as Message & { ops: readonly ShardOperation[] }
      if (replica.isLate) await nextTurn()
      const results = ops.map((operation) => replica.answer(operation))
      if (results.includes('silence')) return { kind: 'silence', reason: 'by hand' }
      return { kind: 'answer', body: { kind: 'ops', results } }
    },
    close: async () => {},
  }
  const hop = { clock, network, afterTurn: (run: () => void) => void setImmediate(run) }
  // All answer at once here, nobody is late.
  const lateWatch = new LateWatch(manualClock(), LIMIT_DEFAULTS.hedgeAfterMs)
  const parts = { clock, trace: silentTrace, limits: LIMIT_DEFAULTS, lateWatch }
  let writers = 0
  const store = new StoreWorld({ ...parts, newWriter: () => `w${writers++}` })
  const links = ring.shards.map(({ address }) => new ShardLink(address, hop, HOP_DEFAULTS))
  const goBy = (next: RingDocument) => {
    store.view = new RingView(next, ({ address }) => must(links[Number(address.slice(1))]))
  }
  goBy(ring)
  const ballots = new BallotClock(store)
  const memory = new RegisterMemory()
  const random = seededRandom(1)
  const proposing = (change: Change, isPerhapsPending = false): Promise<ProposalOutcome> => {
    const deadlineMs = store.deadline()
    const proposed = { key: KEY, change, deadlineMs, isPerhapsPending }
    return propose({ store, ballots, memory, random }, proposed)
  }
  const change = (request: Partial<RegisterChange>, isPerhapsPending = false) =>
    proposing(changeOf({ text: '{}', requestId: 'r', ...request }), isPerhapsPending)
  /** What the coordinator remembers of the key. */
  const forget = () => void memory.take(KEY, must(store.view).locate(KEY))
  /** Lets those be heard whom nobody waits for. */
  const turn = async () => {
    for (let n = 0; n < TURNS_ENOUGH; n += 1) await nextTurn()
  }
  return { store, replicas, clock, ballots, random, goBy, proposing, change, forget, turn }
}

/** Ballots of another coordinator: the larger time stands higher. */
export const ballotOf = (t: number): WireVersion => ({ o: 1, t, n: 'other' })
