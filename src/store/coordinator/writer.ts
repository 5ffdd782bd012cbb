/**
 * Writes: stamps each key, sends it to all its replicas at once and tells the outcome as soon as
 * the pure core knows it. Nothing is decided here but the order of things.
 */
import { must } from '../../model/must.ts'
import { checkBatch, checkWrite, type Lane } from '../admission.ts'
import type { StoreWrite, WriteOutcome } from '../client.ts'
import { orderAbove, wallOf } from '../hybrid-clock.ts'
import type { WireRow } from '../wire.ts'
import type { HopSink, ShardLink } from './hop.ts'
import { QuorumWrite } from './quorum-write.ts'
import { BUSY, type ReplicaResult, UNREACHABLE, versionOf } from './replica-result.ts'
import type { RingView } from './ring-view.ts'
import { canSpareDown, operationBytes, type StoreWorld } from './store-world.ts'

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
    // A ring that is being changed is waited for, as often as it takes.
    while (world.pause) await world.pause
    await writeRound(world, writes, round, lane, outcomes)
  }
  return outcomes
}

/**
 * A key may come several times in one batch. A plain write takes effect after those before it, so
 * it waits for them; writes with an order of their own may travel together, their order decides.
 */
export function roundsOf(writes: readonly StoreWrite[]): readonly (readonly number[])[] {
  const first = writes.map((_, index) => index)
  if (writes.length < 2) return [first]
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
  if (view === null || view.replicas === 0) tell({ kind: 'no-shards' })
  else new KeyWrite(world, view, write, tell).send()
}

/**
 * Attempts are told apart in the tag, so that answers to an earlier one do not count for a later.
 */
const TAGS_PER_ATTEMPT = 1024

class KeyWrite implements HopSink {
  private readonly world: StoreWorld
  private readonly tell: (outcome: WriteOutcome) => void
  private readonly state: QuorumWrite
  private readonly deadlineMs: number
  private readonly bytes: number
  private view: RingView
  private row: WireRow
  private attempt = 0
  private fencedRetries = 0
  private isOver = false

  constructor(
    world: StoreWorld,
    view: RingView,
    { key, text, order, ttlSeconds }: StoreWrite,
    tell: (outcome: WriteOutcome) => void,
  ) {
    const nowMs = world.clock.wallMs()
    const t = world.hybridClock.stamp(nowMs)
    const e = ttlSeconds === undefined ? null : Math.floor(nowMs) + ttlSeconds * 1000
    this.world = world
    this.view = view
    this.tell = tell
    this.row = { k: key, v: text, o: order ?? wallOf(t), t, n: world.writer, e }
    this.state = new QuorumWrite(this.row, order !== undefined, view.quorum, view.replicas)
    this.deadlineMs = world.deadline()
    this.bytes = operationBytes(key, text)
  }

  /**
   * Sends the row to all replicas of its partition; to none when fewer than a quorum have room in
   * their queues, since a row on a minority is an outcome that nobody knows.
   */
  send(): void {
    const { cluster, partition, epoch, links } = this.view.locate(this.row.k)
    const operation = { op: 'apply', p: partition, e: epoch, row: this.row } as const
    const { bytes, deadlineMs } = this
    const isSparing = canSpareDown(links, this.view.quorum)
    const isSpared = ({ health }: ShardLink) => isSparing && health.state === 'down'
    const open = links.filter((link) => !isSpared(link) && link.hasRoom(bytes)).length
    const tag = this.attempt * TAGS_PER_ATTEMPT
    for (const link of links) {
      if (open < this.view.quorum) this.state.take(BUSY)
      else if (isSpared(link)) this.state.take(UNREACHABLE)
      else if (link.send({ operation, cluster, bytes, deadlineMs, sink: this, tag })) {
        this.world.replicaWrites += 1
      } else this.state.take(BUSY)
    }
    this.act()
  }

  settle(tag: number, result: ReplicaResult): void {
    this.world.replicaWrites -= 1
    if (result.r === 'held') {
      this.world.hybridClock.observe(result.t, this.world.clock.wallMs())
    } else if (result.r === 'refused' && result.why === 'clock-ahead') this.world.stampRefused()
    if (this.isOver || tag !== this.attempt * TAGS_PER_ATTEMPT) return
    this.state.take(result)
    this.act()
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
    // A change of the ring is waited for until the deadline.
    if (!this.view.ring.sealed) this.fencedRetries += 1
    this.attempt += 1
    void this.world.afterRefresh(() => {
      this.view = this.world.view ?? this.view
      this.state.sendAgain(this.view.quorum, this.view.replicas)
      this.send()
    })
  }

  private end(verdict: 'done' | 'failed' | 'busy' | 'unknown'): void {
    this.isOver = true
    const { held, needed, refusal } = this.state
    if (verdict === 'done') {
      const { addresses } = this.view.locate(this.row.k)
      this.tell({ kind: 'done', replicas: held, targets: addresses })
    } else if (verdict === 'unknown') this.tell({ kind: 'unknown', needed, had: held })
    else if (verdict === 'busy') {
      this.tell({ kind: 'busy', retryAfterMs: this.world.limits.busyRetryAfterMs })
    } else this.tell({ kind: 'failed', reason: refusalSentence(refusal) })
  }
}

const SENTENCES: Readonly<Record<string, string>> = {
  full: 'the disks of the shards have no room left',
  'clock-ahead': "this coordinator's clock is more than 2 s ahead of the shards' clocks",
  fenced: 'the shards know a newer ring than this coordinator could fetch',
  'not-mine': 'the shards that answer are not those of the ring (was a data folder deleted?)',
  late: 'the shards were too slow to begin in time',
  busy: 'the queues of the shards are full',
  damaged: 'the disks of the shards are damaged',
  unreachable: 'no shard can be reached',
}

function refusalSentence(refusal: string): string {
  return SENTENCES[refusal] ?? refusal
}
