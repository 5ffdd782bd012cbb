/**
 * Rows of one batch that have the same replicas go to each of them together and are answered
 * together, and as long as they are held as they were sent, what is true of one is true of all: one
 * machine stands for the run. A row of which any replica says something else leaves it and goes on
 * alone, with what was heard until then.
 *
 * A row by itself costs a coordinator three messages to remember and three answers to judge; in a
 * run of a hundred nearly nothing, unless something happens to it.
 */
import { must } from '../../model/must.ts'
import type { AsSent } from '../wire.ts'
import type { HopRunSink, ShardLink } from './hop.ts'
import { KeyWrite, type RowToWrite } from './key-write.ts'
import { SharedOperations } from './operations-message.ts'
import { QuorumWrite } from './quorum-write.ts'
import { inFull, type Told } from './replica-result.ts'
import { operationBytes, type StoreWorld } from './store-world.ts'

/** Rows of one run: a body to a shard holds several. */
export const RUN_ROWS_MAX = 128
/** Estimated; a single larger row goes alone. */
export const RUN_BYTES_MAX = 128 * 1024

/** Sends rows to their replicas, those together that may travel so. */
export function sendRows(world: StoreWorld, rows: readonly RowToWrite[]): void {
  const deadlineMs = world.deadline()
  for (const run of runsOf(rows)) {
    const { rows, bytes } = run
    if (rows.length > 1 && new RunWrite(world, rows, deadlineMs).send(bytes)) continue
    for (const row of rows) new KeyWrite(world, row, deadlineMs).send()
  }
}

interface Run {
  readonly rows: RowToWrite[]
  bytes: number
}

/** By their replicas; rows of a partition that moves are runs of their own. */
function runsOf(rows: readonly RowToWrite[]): readonly Run[] {
  const runs: Run[] = []
  const open = new Map<number, Run>()
  for (const one of rows) {
    const bytes = operationBytes(one.row.k, one.row.v)
    const { shardSet } = one.place
    const run = shardSet === null ? undefined : open.get(shardSet)
    if (run && run.rows.length < RUN_ROWS_MAX && run.bytes + bytes <= RUN_BYTES_MAX) {
      run.rows.push(one)
      run.bytes += bytes
      continue
    }
    const begun = { rows: [one], bytes }
    runs.push(begun)
    if (shardSet !== null) open.set(shardSet, begun)
  }
  return runs
}

export class RunWrite implements HopRunSink {
  private readonly world: StoreWorld
  private readonly rows: readonly RowToWrite[]
  private readonly deadlineMs: number
  private readonly operations: SharedOperations
  /** In the order of the first row's partition; others have them in another. */
  private readonly links: readonly ShardLink[]
  private readonly state: QuorumWrite
  private readonly heard: Answered[] = []
  /** The rows that are together are done. */
  private isOver = false
  /** Rows that go on by themselves, by their place in the run. */
  private readonly alone = new Map<number, KeyWrite>()

  constructor(world: StoreWorld, rows: readonly RowToWrite[], deadlineMs: number) {
    const first = must(rows[0])
    const { groups, links } = first.place
    this.world = world
    this.rows = rows
    this.deadlineMs = deadlineMs
    this.links = links
    this.state = new QuorumWrite(first.row, first.isOrdered, groups, links.length)
    this.operations = new SharedOperations(
      rows.map(({ place, row }) => ({ op: 'apply', p: place.partition, e: place.epoch, row })),
    )
  }

  /** False = not all shards are there and have room for `bytes`, and nothing was sent. */
  send(bytes: number): boolean {
    const { deadlineMs, links, operations, rows } = this
    const { cluster } = must(rows[0]).place
    const isReady = (link: ShardLink) =>
      link.health.state !== 'down' && link.hasRoom(bytes, rows.length)
    if (!links.every(isReady)) return false
    for (const [replica, link] of links.entries()) {
      const isSent = link.send({ operations, cluster, bytes, deadlineMs, sink: this, tag: replica })
      if (!isSent) throw new Error('a link takes what it has room for')
    }
    return true
  }

  settleRun(replica: number, results: Answered['results']): void {
    this.heard.push({ replica, results })
    if (this.alone.size > 0 || !results.every(isAsSent)) this.settleAlone(replica, results)
    this.hold(replica)
  }

  /** What was answered for those that are alone, or are so from now on. */
  private settleAlone(replica: number, results: Answered['results']): void {
    for (const [index, result] of results.entries()) {
      const alone = this.alone.get(index)
      if (alone) this.pass(alone, index, { replica, results })
      else if (!isAsSent(result)) this.goOnAlone(index)
    }
  }

  private goOnAlone(index: number): void {
    const row = must(this.rows[index])
    const write = new KeyWrite(this.world, this.isOver ? toldAlready(row) : row, this.deadlineMs)
    write.wasSent()
    this.alone.set(index, write)
    for (const answered of this.heard) this.pass(write, index, answered)
  }

  private pass(write: KeyWrite, index: number, { replica, results }: Answered): void {
    const position = must(this.rows[index]).place.links.indexOf(must(this.links[replica]))
    write.settle(position, inFull(must(results[index]), must(this.operations.list[index])))
  }

  /** A replica holds all rows that are still together. */
  private hold(replica: number): void {
    const { o, t, n } = must(this.rows[0]).row
    this.state.take(replica, { r: 'held', o, t, n })
    if (this.isOver || this.state.verdict() !== 'done') return
    this.isOver = true
    const { held } = this.state
    for (const [index, { place, tell }] of this.rows.entries()) {
      if (!this.alone.has(index)) tell({ kind: 'done', replicas: held, targets: place.addresses })
    }
  }
}

interface Answered {
  readonly replica: number
  readonly results: readonly Told[]
}

function isAsSent(result: Told): result is AsSent {
  return result === true
}

/** What is left to do for it is to tell who missed it. */
function toldAlready(row: RowToWrite): RowToWrite {
  return { ...row, tell: () => {} }
}
