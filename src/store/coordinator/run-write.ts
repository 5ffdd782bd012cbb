/**
 * Rows of one batch that have the same replicas go to each of them together and are answered
 * together, and as long as all of them are held as they were sent, what is true of one is true of
 * all: one machine stands for the run. With the first answer that says anything else each row goes
 * on alone, with what was heard until then.
 *
 * A row on its own costs a coordinator three messages to remember and three answers to judge. Of a
 * run of a hundred it is not even looked at again, unless something happens to it.
 */
import { must } from '../../model/must.ts'
import type { AsSent } from '../wire.ts'
import type { HopRunSink, ShardLink } from './hop.ts'
import { KeyWrite, type RowToWrite } from './key-write.ts'
import { SharedOperations } from './operations-message.ts'
import { QuorumWrite } from './quorum-write.ts'
import { BUSY, inFull, type ReplicaResult } from './replica-result.ts'
import { operationBytes, type StoreWorld } from './store-world.ts'

/** Rows of one run: a body to a shard holds several. */
export const RUN_ROWS_MAX = 128
/** Estimated; a single larger row goes alone. */
export const RUN_BYTES_MAX = 128 * 1024

/** Sends rows to their replicas, those together that may travel so. */
export function sendRows(world: StoreWorld, rows: readonly RowToWrite[]): void {
  const deadlineMs = world.deadline()
  for (const run of runsOf(rows)) {
    if (run.length > 1 && new RunWrite(world, run, deadlineMs).send()) continue
    for (const row of run) new KeyWrite(world, row, deadlineMs).send()
  }
}

/** By their replicas; rows of a partition that moves are runs of their own. */
function runsOf(rows: readonly RowToWrite[]): readonly (readonly RowToWrite[])[] {
  const runs: RowToWrite[][] = []
  const open = new Map<number, OpenRun>()
  for (const one of rows) {
    const bytes = bytesOf(one)
    const { company } = one.place
    const run = company === null ? undefined : open.get(company)
    if (run && run.rows.length < RUN_ROWS_MAX && run.bytes + bytes <= RUN_BYTES_MAX) {
      run.rows.push(one)
      run.bytes += bytes
      continue
    }
    const begun = { rows: [one], bytes }
    runs.push(begun.rows)
    if (company !== null) open.set(company, begun)
  }
  return runs
}

interface OpenRun {
  readonly rows: RowToWrite[]
  bytes: number
}

class RunWrite implements HopRunSink {
  private readonly world: StoreWorld
  private readonly rows: readonly RowToWrite[]
  private readonly deadlineMs: number
  private readonly operations: SharedOperations
  /** In the order of the first row's partition; others have them in another. */
  private readonly links: readonly ShardLink[]
  private readonly state: QuorumWrite
  private readonly heard: Answered[] = []
  private isOver = false
  /** Each row on its own; null = they are still together. */
  private alone: readonly KeyWrite[] | null = null

  constructor(world: StoreWorld, rows: readonly RowToWrite[], deadlineMs: number) {
    const { place, row, isOrdered } = must(rows[0])
    this.world = world
    this.rows = rows
    this.deadlineMs = deadlineMs
    this.links = place.links
    this.state = new QuorumWrite(row, isOrdered, place.groups, place.links.length)
    this.operations = new SharedOperations(
      rows.map(({ place: { partition, epoch }, row }) => ({
        op: 'apply',
        p: partition,
        e: epoch,
        row,
      })),
    )
  }

  /** False = not all shards are there and have room, and nothing was sent. */
  send(): boolean {
    const { deadlineMs, links, operations, rows } = this
    const { cluster } = must(rows[0]).place
    let bytes = 0
    for (const row of rows) bytes += bytesOf(row)
    const isReady = (link: ShardLink) =>
      link.health.state !== 'down' && link.hasRoom(bytes, rows.length)
    if (!links.every(isReady)) return false
    for (const [replica, link] of links.entries()) {
      const isSent = link.send({ operations, cluster, bytes, deadlineMs, sink: this, tag: replica })
      if (!isSent) this.settleRun(replica, new Array<ReplicaResult>(rows.length).fill(BUSY))
    }
    return true
  }

  settleRun(replica: number, results: Answered['results']): void {
    this.heard.push({ replica, results })
    if (this.alone === null && results.every((result) => result === true)) this.allHeld(replica)
    else if (this.alone === null) this.goOnAlone()
    else this.pass(this.alone, { replica, results })
  }

  private allHeld(replica: number): void {
    const { row } = must(this.rows[0])
    this.state.take(replica, { r: 'held', o: row.o, t: row.t, n: row.n })
    if (this.isOver || this.state.verdict() !== 'done') return
    this.isOver = true
    const { held } = this.state
    for (const { place, tell } of this.rows) {
      tell({ kind: 'done', replicas: held, targets: place.addresses })
    }
  }

  private goOnAlone(): void {
    const { deadlineMs, isOver, rows, world } = this
    this.alone = rows.map((row) => {
      const write = new KeyWrite(world, isOver ? { ...row, tell: () => {} } : row, deadlineMs)
      write.wasSent()
      return write
    })
    for (const answered of this.heard) this.pass(this.alone, answered)
  }

  private pass(alone: readonly KeyWrite[], { replica, results }: Answered): void {
    const link = must(this.links[replica])
    for (const [index, write] of alone.entries()) {
      const operation = must(this.operations.list[index])
      const position = must(this.rows[index]).place.links.indexOf(link)
      write.settle(position, inFull(must(results[index]), operation))
    }
  }
}

interface Answered {
  readonly replica: number
  readonly results: readonly (ReplicaResult | AsSent)[]
}

function bytesOf({ row }: RowToWrite): number {
  return operationBytes(row.k, row.v)
}
