/**
 * Reads: asks as many replicas as make a quorum, the fastest first, a further one when one is late
 * or fails, brings those that lag behind up to date, and tells what the pure core has decided.
 *
 * One replica sends the row, of the others the version is enough; where it turns out that it was
 * not, because they differ, the read begins again and all send the row.
 */

import { isConditionalKey } from '../../model/keys.ts'
import { checkBatch, checkKey, type Lane } from '../admission.ts'
import type { ReadOutcome } from '../client.ts'
import type { WireRow } from '../wire.ts'
import { readOf, registerOf } from './conditional/register.ts'
import type { HopSink } from './hop.ts'
import type { Watch, Watched } from './late-watch.ts'
import { nextToAsk } from './next-to-ask.ts'
import { QuorumRead, type ReadVerdict } from './quorum-read.ts'
import { BUSY, isReadable, type ReplicaResult } from './replica-result.ts'
import type { PartitionView, RingView } from './ring-view.ts'
import { operationBytes, type StoreWorld } from './store-world.ts'

/** One outcome for each key, in the order given. All keys travel together. */
export function readAll(
  world: StoreWorld,
  keys: readonly string[],
  lane: Lane,
): Promise<readonly ReadOutcome[]> {
  const tooMany = checkBatch(keys.length)
  if (tooMany) return Promise.resolve(keys.map(() => tooMany))
  const outcomes = new Array<ReadOutcome>(keys.length)
  return new Promise((resolve) => {
    let missing = keys.length
    if (missing === 0) resolve(outcomes)
    for (const [index, key] of keys.entries()) {
      startRead(world, key, lane, (outcome) => {
        outcomes[index] = outcome
        missing -= 1
        if (missing === 0) resolve(outcomes)
      })
    }
  })
}

function startRead(
  world: StoreWorld,
  key: string,
  lane: Lane,
  tell: (outcome: ReadOutcome) => void,
): void {
  const { view } = world
  const wrong = checkKey(key, lane)
  if (wrong) tell(wrong)
  else if (view === null || view.isEmpty) tell({ kind: 'no-shards' })
  else new KeyRead(world, view, key, tell).act()
}

/** A tag says which attempt, whether it is the repair, and which replica. */
const TAGS_PER_ATTEMPT = 2048
const REPAIR = 1024

class KeyRead implements HopSink, Watched {
  private readonly world: StoreWorld
  private readonly key: string
  private readonly tell: (outcome: ReadOutcome) => void
  private readonly deadlineMs: number
  private place: PartitionView
  private state: QuorumRead
  private watch: Watch | undefined
  private attempt = 0
  /** The replica that was last asked for the whole row; -1 = none. */
  private sender = -1
  /** Versions were not enough. */
  private isWhole: boolean
  /** A shard had more to answer at once than fits into one reply. */
  private isCutShort = false
  private isOver = false

  constructor(
    world: StoreWorld,
    view: RingView,
    key: string,
    tell: (outcome: ReadOutcome) => void,
  ) {
    this.world = world
    this.place = view.locate(key)
    this.key = key
    this.tell = tell
    this.deadlineMs = world.deadline()
    // Of a conditional key the row itself says what its version means.
    this.isWhole = isConditionalKey(key)
    this.state = this.newState()
  }

  /** Of an attempt, which is watched from now on: the one before may have been late already. */
  private newState(): QuorumRead {
    const { groups, links } = this.place
    this.sender = -1
    this.watch?.end()
    this.watch = this.world.lateWatch.watch(this)
    return new QuorumRead(groups, links.length, isConditionalKey(this.key))
  }

  settle(tag: number, result: ReplicaResult): void {
    if (Math.floor(tag / TAGS_PER_ATTEMPT) !== this.attempt) return
    const replica = tag % REPAIR
    if (result.r === 'refused' && result.why === 'busy') this.isCutShort = true
    if (tag % TAGS_PER_ATTEMPT >= REPAIR) this.state.takeRepair(replica, result)
    else {
      this.state.take(replica, result)
      const isAnswer = result.r === 'row' || result.r === 'version'
      if (this.isOver && isAnswer && this.state.isStale(replica)) this.repair(replica)
    }
    if (!this.isOver) this.act()
  }

  late(): void {
    if (this.state.verdict() !== 'pending' || !this.askNext(false)) return
    this.watch = this.world.lateWatch.watch(this)
    this.act()
  }

  act(): void {
    let verdict = this.state.verdict()
    while (verdict === 'ask' || verdict === 'repair') {
      if (verdict === 'ask') this.askNext(this.sender >= 0 && !this.state.hasFailed(this.sender))
      else this.repair(this.state.toRepair())
      verdict = this.state.verdict()
    }
    if (verdict === 'fenced') this.beginAgain()
    else if (verdict === 'incomplete') this.askForRows()
    else if (verdict === 'busy' && this.mayAskAgain()) this.askAgain()
    else if (verdict !== 'pending') this.end(verdict)
  }

  /**
   * Asks one that was not asked yet; false = all have been. `mayBeBare`: the row itself is on its
   * way from another.
   */
  private askNext(mayBeBare: boolean): boolean {
    const replica = nextToAsk(this.place.links, (one) => this.state.isUnasked(one))
    if (replica < 0) return false
    const { cluster, partition, epoch, links } = this.place
    const whole = { op: 'get', p: partition, e: epoch, k: this.key } as const
    const isBare = mayBeBare && !this.isWhole
    if (!isBare) this.sender = replica
    const operation = isBare ? ({ ...whole, bare: true } as const) : whole
    const tag = this.attempt * TAGS_PER_ATTEMPT + replica
    this.state.asked(replica)
    const bytes = operationBytes(this.key, null)
    const { deadlineMs } = this
    if (!links[replica]?.send({ operation, cluster, bytes, deadlineMs, sink: this, tag })) {
      this.state.take(replica, BUSY)
    }
    return true
  }

  /** Writes the newest row to a replica that lacks it. */
  private repair(replica: number): void {
    const row = this.state.newest
    if (row === null) return
    const { cluster, partition, epoch, links } = this.place
    const operation = { op: 'apply', p: partition, e: epoch, row } as const
    const tag = this.attempt * TAGS_PER_ATTEMPT + REPAIR + replica
    const bytes = operationBytes(row.k, row.v)
    this.state.repairing(replica)
    const deadlineMs = this.world.deadline()
    if (!links[replica]?.send({ operation, cluster, bytes, deadlineMs, sink: this, tag })) {
      this.state.takeRepair(replica, BUSY)
    }
    const address = links[replica]?.address
    this.world.trace.note('debug', { kind: 'store.read-repair', address, key: this.key })
  }

  private beginAgain(): void {
    const isLate = this.world.clock.monotonicMs() >= this.deadlineMs
    if (isLate || this.attempt >= this.world.limits.fencedRetriesMax) {
      this.end('unavailable')
      return
    }
    this.attempt += 1
    void this.world.afterRefresh(() => {
      this.place = this.world.view?.locate(this.key) ?? this.place
      this.state = this.newState()
      this.act()
    })
  }

  private mayAskAgain(): boolean {
    const isInTime = this.world.clock.monotonicMs() < this.deadlineMs
    return this.isCutShort && isInTime && this.attempt < this.world.limits.fencedRetriesMax
  }

  /** The replicas differ, which is seldom: anew, and all send the row. */
  private askForRows(): void {
    this.attempt += 1
    this.isWhole = true
    this.state = this.newState()
    this.act()
  }

  /** What did not fit goes into the next body, with few others. */
  private askAgain(): void {
    this.attempt += 1
    this.isCutShort = false
    this.state = this.newState()
    this.act()
  }

  private end(verdict: Extract<ReadVerdict, 'decided' | 'busy' | 'unavailable'>): void {
    this.isOver = true
    this.watch?.end()
    const { newest, isAnswered } = this.state
    if (verdict === 'decided') {
      this.tell(outcomeOf(this.key, newest, this.world.clock.wallMs()))
      this.repairRest()
    } else if (isAnswered && isConditionalKey(this.key)) this.askForProposal()
    else if (verdict === 'busy') {
      this.tell({ kind: 'busy', retryAfterMs: this.world.limits.busyRetryAfterMs })
    } else this.unavailable()
  }

  private unavailable(): void {
    const { needed, had } = this.state.progress
    this.tell({ kind: 'unavailable', needed, had: Math.min(had, needed - 1) })
  }

  /** A quorum answered, but somebody changes the register at this very moment. */
  private askForProposal(): void {
    const { conditional } = this.world
    if (conditional) void conditional.read(this.key).then(this.tell)
    else this.unavailable()
  }

  /** Those that answered with something older, beyond the majority that was waited for. */
  private repairRest(): void {
    for (let replica = 0; replica < this.place.links.length; replica += 1) {
      if (this.state.isBehind(replica)) this.repair(replica)
    }
  }
}

/** What is told of the newest row; null = there is none. */
function outcomeOf(key: string, row: WireRow | null, nowMs: number): ReadOutcome {
  if (row && isConditionalKey(key)) return readOf(registerOf(row.v))
  const isFound = row !== null && isReadable(row, nowMs)
  return isFound ? { kind: 'found', text: row.v, order: row.o } : { kind: 'absent' }
}
