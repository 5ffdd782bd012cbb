/**
 * One row on its way to its replicas: sent to all of them at once, and its outcome told as soon as
 * the pure core knows it. Nothing is decided here but the order of things.
 */
import { must } from '../../model/must.ts'
import type { WriteOutcome } from '../client.ts'
import { orderAbove, wallOf } from '../hybrid-clock.ts'
import { isQuorum } from '../ring/quorum.ts'
import type { WireRow } from '../wire.ts'
import type { HopSink } from './hop.ts'
import { tellMissed } from './missed-writes.ts'
import { QuorumWrite } from './quorum-write.ts'
import { BUSY, type ReplicaResult, UNREACHABLE, versionOf } from './replica-result.ts'
import type { PartitionView } from './ring-view.ts'
import { operationBytes, type StoreWorld, sparedOf } from './store-world.ts'
import { refusalSentence } from './write-refusal.ts'

/** A row that is to be written. */
export interface RowToWrite {
  readonly place: PartitionView
  readonly row: WireRow
  /** The writer gave an order of its own. */
  readonly isOrdered: boolean
  readonly tell: (outcome: WriteOutcome) => void
}

/** A tag says which attempt and which replica, so that answers to an earlier one do not count. */
const TAGS_PER_ATTEMPT = 1024

export class KeyWrite implements HopSink {
  private readonly world: StoreWorld
  private readonly tell: (outcome: WriteOutcome) => void
  private readonly state: QuorumWrite
  private readonly deadlineMs: number
  private readonly bytes: number
  private place: PartitionView
  private row: WireRow
  private attempt = 0
  /** Replicas of the present attempt that are still to answer. */
  private awaited = 0
  private spared: ReadonlySet<number> = new Set()
  private fencedRetries = 0
  private isOver = false

  constructor(world: StoreWorld, { place, row, isOrdered, tell }: RowToWrite, deadlineMs: number) {
    this.world = world
    this.place = place
    this.tell = tell
    this.row = row
    const { groups, links } = place
    this.state = new QuorumWrite(row, isOrdered, groups, links.length)
    this.deadlineMs = deadlineMs
    this.bytes = operationBytes(row.k, row.v)
  }

  /** It was sent to all of them already, together with others. */
  wasSent(): void {
    this.awaited = this.place.links.length
  }

  /**
   * Sends the row to all replicas of its partition; to none when fewer than a quorum have room in
   * their queues, since a row on a minority is an outcome that nobody knows.
   */
  send(): void {
    const { links, groups, ids } = this.place
    this.spared = sparedOf(this.place)
    const missedBy = [...this.spared].map((replica) => must(ids[replica]))
    const hasRoom = (replica: number) =>
      !this.spared.has(replica) && links[replica]?.hasRoom(this.bytes) === true
    const isOpen = isQuorum(groups, hasRoom)
    this.awaited = links.length
    for (let replica = 0; replica < links.length; replica += 1) {
      const failure = !isOpen ? BUSY : this.spared.has(replica) ? UNREACHABLE : undefined
      const sent = failure ?? this.sendTo(replica, missedBy)
      if (sent === undefined) continue
      this.awaited -= 1
      this.state.take(replica, sent)
    }
    this.act()
  }

  settle(tag: number, result: ReplicaResult): void {
    if (result.r === 'held') {
      this.world.hybridClock.observe(result.t, this.world.clock.wallMs())
    } else if (result.r === 'refused' && result.why === 'clock-ahead') this.world.stampRefused()
    if (Math.floor(tag / TAGS_PER_ATTEMPT) !== this.attempt) return
    this.awaited -= 1
    this.state.take(tag % TAGS_PER_ATTEMPT, result)
    if (!this.isOver) this.act()
    else if (this.awaited === 0) this.noteMissed()
  }

  /** Undefined = it is on its way. */
  private sendTo(replica: number, missedBy: readonly string[]): ReplicaResult | undefined {
    const { cluster, partition, epoch, links } = this.place
    const { bytes, deadlineMs, row } = this
    const plain = { op: 'apply', p: partition, e: epoch, row } as const
    const operation = missedBy.length === 0 ? plain : { ...plain, missedBy }
    const tag = this.attempt * TAGS_PER_ATTEMPT + replica
    const one = { operation, cluster, bytes, deadlineMs, sink: this, tag }
    return links[replica]?.send(one) ? undefined : BUSY
  }

  /** Once all have answered: those that hold it are told who does not. */
  private noteMissed(): void {
    if (this.state.held === this.place.links.length) return
    tellMissed(this.world, this.place, this.row.k, this.spared, (replica) =>
      this.state.holds(replica),
    )
  }

  private act(): void {
    const verdict = this.state.verdict()
    if (verdict === 'pending') return
    if (verdict === 'reissue') this.reissue()
    else if (verdict === 'fenced') this.beginAgain()
    else this.end(verdict)
  }

  private reissue(): void {
    const met = must(this.state.met, 'a write is issued again above what it met')
    const t = this.world.hybridClock.stamp(this.world.clock.wallMs())
    this.row = { ...this.row, t, n: this.world.writer, o: orderAbove(versionOf(met), t, wallOf(t)) }
    this.attempt += 1
    this.state.reissueAs(this.row)
    this.send()
  }

  private beginAgain(): void {
    const { fencedRetriesMax } = this.world.limits
    const isLate = this.world.clock.monotonicMs() >= this.deadlineMs
    if (isLate || this.fencedRetries >= fencedRetriesMax) {
      this.end(this.state.verdictDespiteFence())
      return
    }
    this.fencedRetries += 1
    this.attempt += 1
    void this.world.afterRefresh(() => {
      this.place = this.world.view?.locate(this.row.k) ?? this.place
      this.state.sendAgain(this.place.groups, this.place.links.length)
      this.send()
    })
  }

  private end(verdict: 'done' | 'failed' | 'busy' | 'unknown'): void {
    this.isOver = true
    const { held, progress, refusal } = this.state
    if (verdict === 'done') {
      this.tell({ kind: 'done', replicas: held, targets: this.place.addresses })
    } else if (verdict === 'unknown') {
      this.tell({ kind: 'unknown', ...progress })
    } else if (verdict === 'busy') {
      this.tell({ kind: 'busy', retryAfterMs: this.world.limits.busyRetryAfterMs })
    } else this.tell({ kind: 'failed', reason: refusalSentence(refusal) })
    if (this.awaited === 0) this.noteMissed()
  }
}
