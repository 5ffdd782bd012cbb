/**
 * Writes: stamps each key, sends it to all its replicas at once and tells the outcome as soon as
 * the pure core knows it. Nothing is decided here but the order of things.
 */
import { isConditionalKey } from '../../model/keys.ts'
import { must } from '../../model/must.ts'
import { checkBatch, checkWrite, type Lane } from '../admission.ts'
import type { StoreWrite, WriteOutcome } from '../client.ts'
import { orderAbove, wallOf } from '../hybrid-clock.ts'
import { isQuorum } from '../ring/quorum.ts'
import type { WireRow } from '../wire.ts'
import type { HopSink } from './hop.ts'
import { tellMissed } from './missed-writes.ts'
import { QuorumWrite } from './quorum-write.ts'
import { BUSY, type ReplicaResult, UNREACHABLE, versionOf } from './replica-result.ts'
import type { PartitionView, RingView } from './ring-view.ts'
import { operationBytes, type StoreWorld, sparedOf } from './store-world.ts'
import { refusalSentence } from './write-refusal.ts'

/** One outcome for each write, in the order given. All keys travel together. */
export async function writeAll(
  world: StoreWorld,
  writes: readonly StoreWrite[],
  lane: Lane,
): Promise<readonly WriteOutcome[]> {
  const tooMany = checkBatch(writes.length)
  if (tooMany) return writes.map(() => tooMany)
  const outcomes = new Array<WriteOutcome>(writes.length)
  for (const round of roundsOf(writes)) {
    await writeRound(world, writes, round, lane, outcomes)
  }
  return outcomes
}

/**
 * A key may come several times in one batch. A plain write takes effect after those before it, so
 * it waits for them; writes with an order of their own may travel together, their order decides.
 */
export function roundsOf(writes: readonly StoreWrite[]): readonly (readonly number[])[] {
  const keys = new Set(writes.map(({ key }) => key))
  if (keys.size === writes.length) return [writes.map((_, index) => index)]
  const roundOfKey = new Map<string, number>()
  const rounds: number[][] = []
  for (const [index, { key, order }] of writes.entries()) {
    const before = roundOfKey.get(key)
    const round = before === undefined ? 0 : order === undefined ? before + 1 : before
    roundOfKey.set(key, round)
    const members = rounds[round] ?? []
    members.push(index)
    rounds[round] = members
  }
  return rounds
}

function writeRound(
  world: StoreWorld,
  writes: readonly StoreWrite[],
  round: readonly number[],
  lane: Lane,
  outcomes: WriteOutcome[],
): Promise<void> {
  return new Promise((resolve) => {
    let missing = round.length
    if (missing === 0) resolve()
    for (const index of round) {
      const tell = (outcome: WriteOutcome) => {
        outcomes[index] = outcome
        missing -= 1
        if (missing === 0) resolve()
      }
      const write = must(writes[index])
      const wrong = checkWrite(write, lane)
      if (wrong) tell(wrong)
      else startWrite(world, write, tell)
    }
  })
}

function startWrite(
  world: StoreWorld,
  write: StoreWrite,
  tell: (outcome: WriteOutcome) => void,
): void {
  const { view } = world
  if (view === null || view.isEmpty) tell({ kind: 'no-shards' })
  else if (isConditionalKey(write.key)) void must(world.conditional).write(write).then(tell)
  else new KeyWrite(world, view, stamped(world, write), write.order !== undefined, tell).send()
}

/** Writes a row under the version that it has already; losing to a newer one is success too. */
export function writeRow(
  world: StoreWorld,
  view: RingView,
  row: WireRow,
  tell: (outcome: WriteOutcome) => void,
): void {
  new KeyWrite(world, view, row, true, tell).send()
}

function stamped(world: StoreWorld, { key, text, order, ttlSeconds }: StoreWrite): WireRow {
  const nowMs = world.clock.wallMs()
  const t = world.hybridClock.stamp(nowMs)
  const e = ttlSeconds === undefined ? null : Math.floor(nowMs) + ttlSeconds * 1000
  return { k: key, v: text, o: order ?? wallOf(t), t, n: world.writer, e }
}

/** A tag says which attempt and which replica, so that answers to an earlier one do not count. */
const TAGS_PER_ATTEMPT = 1024

class KeyWrite implements HopSink {
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

  constructor(
    world: StoreWorld,
    view: RingView,
    row: WireRow,
    isOrdered: boolean,
    tell: (outcome: WriteOutcome) => void,
  ) {
    this.world = world
    this.place = view.locate(row.k)
    this.tell = tell
    this.row = row
    const { groups, links } = this.place
    this.state = new QuorumWrite(row, isOrdered, groups, links.length)
    this.deadlineMs = world.deadline()
    this.bytes = operationBytes(row.k, row.v)
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
