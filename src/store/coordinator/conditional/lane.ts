/**
 * The conditional lane of one coordinator: changes and reads of keys that are kept as registers.
 * Changes of one key wait for each other here, since proposals of one coordinator would only outbid
 * each other; those of other coordinators are met in the proposer.
 */
import type { Random } from '../../../ports/random.ts'
import type { ReadOutcome, StoreWrite, WriteOutcome } from '../../client.ts'
import type { StoreWorld } from '../store-world.ts'
import { refusalSentence } from '../write-refusal.ts'
import { BallotClock } from './ballot-clock.ts'
import {
  type Change,
  changeOf,
  NO_CHANGE,
  type ProposalOutcome,
  type Proposed,
  propose,
} from './proposer.ts'
import { readOf } from './register.ts'
import { RegisterMemory } from './register-memory.ts'

/** Changes of one key that may wait for each other here. */
export const WAITING_CHANGES_MAX = 256

export class ConditionalLane {
  private readonly world: StoreWorld
  private readonly random: Random
  private readonly ballots: BallotClock
  private readonly memory = new RegisterMemory()
  private readonly queues = new Map<string, { last: Promise<unknown>; waiting: number }>()
  private requests = 0

  constructor(world: StoreWorld, random: Random) {
    this.world = world
    this.random = random
    this.ballots = new BallotClock(world)
  }

  /** Changes a document on the conditions that the write names. */
  async write(write: StoreWrite): Promise<WriteOutcome> {
    const { key, text, ifMatch, ifNoneMatch } = write
    const requestId = write.requestId ?? this.ownRequestId()
    const conditions = {
      ...(ifMatch === undefined ? {} : { ifMatch }),
      ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }),
    }
    // A name that the client gave may come from a request that was not answered.
    const isPerhapsPending = write.requestId !== undefined
    // Changes of a key wait for each other here, so those that were named here are over.
    const settled = this.ownNames()
    const change = changeOf({ text, requestId, settled, ...conditions })
    const outcome = await this.propose(key, change, isPerhapsPending)
    return this.writeOutcome(key, outcome)
  }

  /** What certainly stands there, where a plain read could not tell. */
  async read(key: string): Promise<ReadOutcome> {
    const outcome = await this.propose(key, NO_CHANGE)
    if (outcome.kind === 'decided') return readOf(outcome.register)
    if (outcome.kind === 'busy') return this.busy()
    const { quorum } = this.world.view ?? { quorum: 1 }
    const had = 'had' in outcome ? Math.min(outcome.had, quorum - 1) : 0
    return { kind: 'unavailable', needed: quorum, had }
  }

  /**
   * Runs proposals of one key one after another. The time of an operation begins here: what has
   * waited for all of it is not tried any more.
   */
  async propose(key: string, change: Change, isPerhapsPending = false): Promise<ProposalOutcome> {
    const deadlineMs = this.world.deadline()
    const proposed = { key, change, deadlineMs, isPerhapsPending }
    const queue = this.queues.get(key) ?? { last: Promise.resolve(), waiting: 0 }
    if (queue.waiting >= WAITING_CHANGES_MAX) return { kind: 'busy' }
    this.queues.set(key, queue)
    queue.waiting += 1
    const mine = queue.last.then(() => this.proposeInTime(proposed))
    queue.last = mine.catch(() => undefined)
    try {
      return await mine
    } finally {
      queue.waiting -= 1
      if (queue.waiting === 0) this.queues.delete(key)
    }
  }

  private async proposeInTime(proposed: Proposed): Promise<ProposalOutcome> {
    const { world: store, ballots, memory, random } = this
    if (store.clock.monotonicMs() >= proposed.deadlineMs) return { kind: 'busy' }
    return propose({ store, ballots, memory, random }, proposed)
  }

  writeOutcome(key: string, outcome: ProposalOutcome): WriteOutcome {
    const { view } = this.world
    const place = view?.locate(key)
    switch (outcome.kind) {
      case 'decided': {
        const { kind, etag } = outcome.changed
        if (kind === 'mismatch') return { kind: 'mismatch', etag }
        const targets = place?.addresses ?? []
        return { kind: 'done', replicas: view?.quorum ?? 0, targets, etag }
      }
      case 'busy':
        return this.busy()
      case 'unknown':
        return { kind: 'unknown', needed: view?.quorum ?? 1, had: 0 }
      default:
        return { kind: 'failed', reason: refusalSentence(outcome.refusal) }
    }
  }

  private busy() {
    return { kind: 'busy', retryAfterMs: this.world.limits.busyRetryAfterMs } as const
  }

  /** Writers' names are fresh at each start, so no two changes ever share a name. */
  private ownRequestId(): string {
    this.requests += 1
    return `${this.ownNames()}${this.requests}`
  }

  private ownNames(): string {
    return `${this.world.writer}.`
  }
}
