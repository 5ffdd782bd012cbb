/**
 * What all care of replicas shares: the coordinator's world, its limits, and how fast rows may be
 * carried. Shards never speak to each other; whatever one of them lacks is fetched from another and
 * brought to it by one of the coordinators, with the same operations as everything else.
 */
import type { ReplyOf, ShardOperation, ShardRequest, WireRow } from '../../wire.ts'
import type { LeftRow } from '../../wire-stream.ts'
import type { ShardLink } from '../hop.ts'
import { BUSY, type ReplicaResult } from '../replica-result.ts'
import type { PartitionView, RingView } from '../ring-view.ts'
import { operationBytes, type StoreWorld } from '../store-world.ts'
import { ClientTraffic } from './client-traffic.ts'
import { orAborted } from './or-aborted.ts'
import { TokenBucket } from './token-bucket.ts'

export interface CareLimits {
  /** Rows that are carried, and headers that are compared, in a second, in bytes. */
  readonly bytesPerSecond: number
  /** For digests, headers and hints, each asked in a message of its own. */
  readonly askTimeoutMs: number
  /** Rows that a shard looks at for one page of headers. */
  readonly pageRows: number
  readonly rowsInFlightMax: number
  /** Rows of one page that comes to whoever takes a partition over. */
  readonly streamRows: number
  /** The same while clients are served. */
  readonly streamRowsBusy: number
  /** Judged by the rows that were carried last. */
  readonly bytesInFlightMax: number
  /** How often an operation is sent to a shard that is busy or silent. */
  readonly triesMax: number
  /** Partitions that are compared at the same time while they move. */
  readonly partitionsAtOnceMax: number
  /** Partitions that move to one shard at the same time, beyond those that are small. */
  readonly movesPerShardMax: number
  /** Rows of small partitions that move at the same time, all together. */
  readonly moveRowsMax: number
  /** Within this all partitions are compared once. */
  readonly roundMs: number
  /** Tombstones are kept at least so long. */
  readonly graceMs: number
  readonly hintsPerTurnMax: number
  /** How often a lease is renewed. */
  readonly beatMs: number
  /** A lease that was not renewed for so long may be taken over. */
  readonly takeOverMs: number
  /** Between two looks when there was nothing to do. */
  readonly idleMs: number
}

export const CARE_DEFAULTS: CareLimits = {
  bytesPerSecond: 16 * 1024 * 1024,
  askTimeoutMs: 10_000,
  pageRows: 1_000,
  rowsInFlightMax: 128,
  streamRows: 512,
  streamRowsBusy: 128,
  bytesInFlightMax: 4 * 1024 * 1024,
  triesMax: 4,
  partitionsAtOnceMax: 8,
  movesPerShardMax: 2,
  moveRowsMax: 4_000,
  roundMs: 3_600_000,
  graceMs: 24 * 3_600_000,
  hintsPerTurnMax: 1_000,
  beatMs: 2_000,
  takeOverMs: 6_000,
  idleMs: 250,
}

/** So many bytes go at once before the rate is felt. */
const BURST_BYTES = 4 * 1024 * 1024
/** From the beginning of one piece of moving to that of the next, while clients are served. */
export const PIECE_EVERY_MS = 60
/** Before an operation is sent again; longer each time. */
const PAUSE_MS = 50

export class CareWorld {
  readonly store: StoreWorld
  readonly limits: CareLimits
  /**
   * Writes a conditional key again as it stands, under a new ballot: the same document with the
   * same etag. True = a quorum has accepted it.
   */
  readonly reaffirm: (key: string) => Promise<boolean>
  private readonly traffic: ClientTraffic
  private readonly bucket: TokenBucket
  /** When the next piece of moving may begin, monotonic. */
  private nextPieceMs = 0

  /** `operations`: those that the shards were asked for, all together, as they last said. */
  constructor(
    store: StoreWorld,
    limits: CareLimits,
    reaffirm: (key: string) => Promise<boolean>,
    operations: () => number,
  ) {
    this.store = store
    this.limits = limits
    this.reaffirm = reaffirm
    this.traffic = new ClientTraffic(operations)
    this.bucket = new TokenBucket(limits.bytesPerSecond, BURST_BYTES)
  }

  /** Waits as the rate demands after so many bytes. Rejects when the signal is aborted. */
  async pay(bytes: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.store
    const waitMs = this.bucket.take(bytes, clock.monotonicMs())
    if (waitMs > 0) await clock.sleep(waitMs, signal)
  }

  /** Are clients served, so that what nobody waits for goes gently? */
  isBusy(): boolean {
    return this.traffic.isBusy(this.store.clock.monotonicMs())
  }

  streamRows(): number {
    return this.isBusy() ? this.limits.streamRowsBusy : this.limits.streamRows
  }

  /**
   * Does a piece of what nobody waits for. While clients are served such pieces begin at some
   * distance from each other, whoever does them: so clients have most of the time to themselves,
   * and on a machine where each piece takes long a move still ends.
   */
  async gently<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const { clock } = this.store
    const nowMs = clock.monotonicMs()
    const waitMs = this.isBusy() ? Math.max(0, this.nextPieceMs - nowMs) : 0
    this.nextPieceMs = nowMs + waitMs + PIECE_EVERY_MS
    if (waitMs > 0) await clock.sleep(waitMs, signal)
    return await work()
  }

  /** Do the shards of this view still hold the partition, in the same epoch? */
  isCurrent({ cluster, partition, epoch }: PartitionView): boolean {
    const { view } = this.store
    return view?.ring.cluster === cluster && view.at(partition).epoch === epoch
  }

  /** One message to one shard; undefined = no answer. Rejects when the signal is aborted. */
  async ask<R extends Exclude<ShardRequest, { kind: 'ops' }>>(
    link: ShardLink | undefined,
    request: R,
    signal: AbortSignal,
  ): Promise<ReplyOf<R['kind']> | undefined> {
    const asking = link?.ask(request, this.limits.askTimeoutMs)
    const answer = asking && (await orAborted(asking, signal))
    return answer?.kind === 'reply' ? answer.reply : undefined
  }

  /** One operation at one replica, tried again while that may help. Rejects as `ask`. */
  async operate(
    { cluster, links }: PartitionView,
    replica: number,
    operation: ShardOperation,
    signal: AbortSignal,
  ): Promise<ReplicaResult> {
    const link = links[replica]
    if (!link) return BUSY
    for (let tries = 1; ; tries += 1) {
      this.traffic.sent(1)
      const sending = sent(link, cluster, operation, this.store.deadline())
      const result = await orAborted(sending, signal)
      if (!mayPass(result) || tries >= this.limits.triesMax) return result
      await this.store.clock.sleep(PAUSE_MS * 2 ** tries, signal)
    }
  }

  /** Many rows to one replica; those that it does not hold now. Undefined and rejects as `ask`. */
  async bring(
    { cluster, partition: p, epoch: e, links }: PartitionView,
    replica: number,
    rows: readonly WireRow[],
    signal: AbortSignal,
  ): Promise<readonly LeftRow[] | undefined> {
    const { requestTimeoutMs: budgetMs } = this.store.limits
    const request = { kind: 'take', cluster, p, e, budgetMs, rows } as const
    for (let tries = 1; ; tries += 1) {
      const reply = await this.ask(links[replica], request, signal)
      if (reply || tries >= this.limits.triesMax) return reply?.left
      await this.store.clock.sleep(PAUSE_MS * 2 ** tries, signal)
    }
  }
}

/** Positions of the replicas that were not given up on. */
export function standing({ links }: PartitionView): readonly number[] {
  return links.flatMap(({ health }, replica) => (health.state === 'down' ? [] : [replica]))
}

/** The view of a partition, if the ring has it. */
export function partitionIn(view: RingView | null, partition: number): PartitionView | null {
  return view && partition < view.ring.table.length ? view.at(partition) : null
}

/** Several at a time; results stand in the order of the items. */
export async function severalAtOnce<T, R>(
  items: readonly T[],
  atOnceMax: number,
  act: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results = new Array<R>(items.length)
  let next = 0
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) {
      results[index] = await act(items[index] as T)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnceMax, items.length) }, worker))
  return results
}

function sent(
  link: ShardLink,
  cluster: string,
  operation: ShardOperation,
  deadlineMs: number,
): Promise<ReplicaResult> {
  const text = operation.op === 'apply' ? operation.row.v : null
  const bytes = operationBytes(operation.op === 'apply' ? operation.row.k : operation.k, text)
  return new Promise((resolve) => {
    const sink = { settle: (_: number, result: ReplicaResult) => resolve(result) }
    if (!link.send({ operation, cluster, bytes, deadlineMs, sink, tag: 0 })) resolve(BUSY)
  })
}

const PASSING: ReadonlySet<string> = new Set(['busy', 'late', 'unreachable', 'clock-ahead'])

function mayPass(result: ReplicaResult): boolean {
  return result.r === 'silence' || (result.r === 'refused' && PASSING.has(result.why))
}
