/**
 * Carries rows from replicas that hold them to replicas that lack them: `get` here, `apply` there.
 * A row that has changed since it was missed is carried as it is now. Everything is idempotent, so
 * two who carry the same, or one who is killed half way, do no harm.
 *
 * A few rows at a time, by number and by what they weigh, for however many partitions at once, and
 * at no more than the rate of all care.
 */
import { isConditionalKey } from '../../../model/keys.ts'
import { majorityOf } from '../../ring/quorum.ts'
import type { WireRow, WireVersion } from '../../wire.ts'
import { compareRows, type ReplicaResult } from '../replica-result.ts'
import type { PartitionView } from '../ring-view.ts'
import { operationBytes } from '../store-world.ts'
import type { CareWorld } from './care-world.ts'
import { orAborted } from './or-aborted.ts'
import type { Divergence } from './reconcile.ts'

/** A row to be carried; `version` null = as it stands, whatever it is. */
export type RowToCarry = Omit<Divergence, 'version'> & { readonly version: WireVersion | null }

export interface Carried {
  /** Rows that were brought to replicas, each counted for every one. */
  pushes: number
  bytes: number
  /** Rows that are now held by all that lacked them; null = there is no such row any more. */
  readonly held: { readonly key: string; readonly row: WireRow | null }[]
  /** Keys of rows that some replica lacks still. */
  readonly unheld: string[]
  /**
   * Keys whose newest row can be read nowhere any more, since whoever held it refuses it as
   * damaged. It was never on a majority; what is held is the newest that a majority can read.
   */
  readonly damaged: string[]
  /** Set when a shard goes by another epoch of the partition: nothing was done from then on. */
  isOutdated: boolean
}

interface Fetched {
  readonly row: WireRow | null
  readonly lacking: readonly number[]
  readonly isDamaged?: true
}

/** Until something was carried rows are taken to be large. */
const ROW_BYTES_ASSUMED = 64 * 1024

export class RowCarrier {
  private readonly care: CareWorld
  private rowBytes = ROW_BYTES_ASSUMED
  private inFlight = 0
  private readonly waiting: (() => void)[] = []

  constructor(care: CareWorld) {
    this.care = care
  }

  /** What was carried before anything was. */
  nothing(): Carried {
    return {
      pushes: 0,
      bytes: 0,
      held: [],
      unheld: [],
      ...{ damaged: [], isOutdated: false },
    }
  }

  /**
   * Brings one replica many rows at once; what it does not take that way, row by row. False = it
   * did not answer, or there was one that it does not hold now: then the rest is let be. Rejects
   * only when the signal is aborted.
   */
  async bring(
    view: PartitionView,
    replica: number,
    rows: readonly WireRow[],
    carried: Carried,
    signal: AbortSignal,
  ): Promise<boolean> {
    const left = rows.length === 0 ? [] : await this.care.bring(view, replica, rows, signal)
    if (!left) return false
    const whyLeft = new Map(left.map(({ k, why }) => [k, why]))
    for (const row of rows) {
      const why = whyLeft.get(row.k)
      if (why === undefined) {
        carried.pushes += 1
        carried.bytes += operationBytes(row.k, row.v)
      } else if (why === 'fenced' || why === 'not-mine') carried.isOutdated = true
      else if (!(await this.push(view, replica, row, carried, signal))) carried.unheld.push(row.k)
      if (carried.isOutdated || carried.unheld.length > 0) return false
    }
    return true
  }

  /** Rejects only when the signal is aborted. */
  async carry(
    view: PartitionView,
    rows: readonly RowToCarry[],
    signal: AbortSignal,
  ): Promise<Carried> {
    const carried = this.nothing()
    for (let at = 0; at < rows.length && !carried.isOutdated; ) {
      const count = this.rowsAtOnce()
      const before = carried.bytes
      const some = rows.slice(at, at + count)
      await Promise.all(some.map((row) => this.inTurn(view, row, carried, signal)))
      await this.care.pay(carried.bytes - before, signal)
      at += count
    }
    return carried
  }

  private rowsAtOnce(): number {
    const { rowsInFlightMax, bytesInFlightMax } = this.care.limits
    return Math.max(1, Math.min(rowsInFlightMax, Math.floor(bytesInFlightMax / this.rowBytes)))
  }

  private async inTurn(
    view: PartitionView,
    wanted: RowToCarry,
    carried: Carried,
    signal: AbortSignal,
  ): Promise<void> {
    while (this.inFlight >= this.rowsAtOnce()) {
      await new Promise<void>((resolve) => this.waiting.push(resolve))
    }
    this.inFlight += 1
    try {
      await this.carryOne(view, wanted, carried, signal)
    } finally {
      this.inFlight -= 1
      // One more than has left, since there may be room for more than before.
      for (const wake of this.waiting.splice(0, 2)) wake()
    }
  }

  private async carryOne(
    view: PartitionView,
    wanted: RowToCarry,
    carried: Carried,
    signal: AbortSignal,
  ): Promise<void> {
    const fetched = await this.rowToCarry(view, wanted, carried, signal)
    if (fetched?.isDamaged) carried.damaged.push(wanted.key)
    if (fetched === undefined) carried.unheld.push(wanted.key)
    else if (fetched.row === null) carried.held.push({ key: wanted.key, row: null })
    else {
      const { row, lacking } = fetched
      const push = (replica: number) => this.push(view, replica, row, carried, signal)
      const pushed = await Promise.all(lacking.map(push))
      if (pushed.every((isHeld) => isHeld)) carried.held.push({ key: row.k, row })
      else carried.unheld.push(row.k)
    }
  }

  /**
   * The row as a holder has it now, and who lacks it: besides those who were known to, holders
   * whose own is damaged. Of a contested row all holders are asked. Undefined: it could not be
   * had.
   */
  private async rowToCarry(
    view: PartitionView,
    { key, version, holders, lacking, isContested }: RowToCarry,
    carried: Carried,
    signal: AbortSignal,
  ): Promise<Fetched | undefined> {
    const damaged: number[] = []
    const found: { readonly replica: number; readonly row: WireRow | null }[] = []
    for (const replica of holders) {
      const result = await this.get(view, replica, key, carried, signal)
      if (result.r === 'refused' && result.why === 'damaged') damaged.push(replica)
      if (result.r !== 'row' || compareRows(result.row, version) < 0) continue
      found.push({ replica, row: result.row })
      if (!isContested) break
    }
    const [first, ...others] = found
    if (!first && damaged.length > 0) return this.readable(view, key, lacking, carried, signal)
    if (!first) return undefined
    const newest = others.reduce((a, b) => (compareRows(b.row, a.row) > 0 ? b : a), first).row
    const equals = found.filter(({ row }) => compareRows(row, newest) === 0)
    if (equals.some(({ row }) => row?.v !== newest?.v)) return undefined
    // One that answered from its memory may have the wrong text on its disk all the same.
    return { row: newest, lacking: [...lacking, ...(isContested ? holders : damaged)] }
  }

  /**
   * The newest row that can be read, if those who can be read are a majority of the present
   * replicas: then nothing newer was ever acknowledged, nor told.
   */
  private async readable(
    view: PartitionView,
    key: string,
    lacking: readonly number[],
    carried: Carried,
    signal: AbortSignal,
  ): Promise<Fetched | undefined> {
    const rows = new Map<number, WireRow | null>()
    for (const replica of view.links.keys()) {
      const result = await this.get(view, replica, key, carried, signal)
      if (result.r === 'row') rows.set(replica, result.row)
    }
    const present = view.groups[0] ?? []
    const readers = present.filter((replica) => rows.has(replica))
    if (readers.length < majorityOf(present.length)) return undefined
    const row = [...rows.values()].reduce((a, b) => (compareRows(b, a) > 0 ? b : a))
    const isBehind = (replica: number) => compareRows(rows.get(replica) ?? null, row) < 0
    const behind = lacking.filter((replica) => rows.has(replica) && isBehind(replica))
    return { row, lacking: behind, isDamaged: true }
  }

  private async push(
    view: PartitionView,
    replica: number,
    row: WireRow,
    carried: Carried,
    signal: AbortSignal,
  ): Promise<boolean> {
    const bytes = operationBytes(row.k, row.v)
    const operation = { op: 'apply', p: view.partition, e: view.epoch, row } as const
    const result = await this.care.operate(view, replica, operation, signal)
    noteOutdated(result, carried)
    if (result.r !== 'held') return false
    carried.pushes += 1
    carried.bytes += bytes
    this.rowBytes += (bytes - this.rowBytes) / 8
    if (!isConditionalKey(row.k) || compareRows(result, row) === 0) return true
    return this.overcome(view, replica, row, carried, signal)
  }

  /**
   * A larger ballot stands against the row of a register. Either a later change was accepted there,
   * or one was only promised whose proposer has gone: then the row is refused for ever, and the
   * register is decided anew as it stands.
   */
  private async overcome(
    view: PartitionView,
    replica: number,
    row: WireRow,
    carried: Carried,
    signal: AbortSignal,
  ): Promise<boolean> {
    const isHeld = async () => {
      const result = await this.get(view, replica, row.k, carried, signal)
      return result.r === 'row' && compareRows(result.row, row) >= 0
    }
    if (await isHeld()) return true
    return (await orAborted(this.care.reaffirm(row.k), signal)) && (await isHeld())
  }

  private async get(
    view: PartitionView,
    replica: number,
    key: string,
    carried: Carried,
    signal: AbortSignal,
  ): Promise<ReplicaResult> {
    const operation = { op: 'get', p: view.partition, e: view.epoch, k: key } as const
    const result = await this.care.operate(view, replica, operation, signal)
    noteOutdated(result, carried)
    return result
  }
}

function noteOutdated(result: ReplicaResult, carried: Carried): void {
  if (result.r !== 'refused') return
  if (result.why === 'fenced' || result.why === 'not-mine') carried.isOutdated = true
}
