/**
 * Writes wait for the end of the event-loop turn and are committed together, whoever sent them: one
 * fsync serves them all, which is what makes it affordable to wait for it. Whoever waits is told
 * after the commit and never before.
 *
 * Long queues are committed in groups with a turn between them, so that reads and greetings get
 * their turn too. The queue is bounded; what has waited beyond its deadline is refused unwritten.
 */
import { must } from '../../model/must.ts'
import type { Version } from '../../model/version.ts'
import { EngineError, type PartitionedRow } from '../../ports/key-value-engine.ts'
import type { Refusal } from '../wire.ts'
import type { DiskState } from './disk-state.ts'

export interface CommitLimits {
  /** Rows of one transaction. */
  readonly groupRowsMax: number
  /** Estimated; a single larger row still goes, alone. */
  readonly groupBytesMax: number
  readonly queueRowsMax: number
  readonly queueBytesMax: number
}

export const COMMIT_DEFAULTS: CommitLimits = {
  groupRowsMax: 1_024,
  groupBytesMax: 8 * 1024 * 1024,
  queueRowsMax: 16_384,
  queueBytesMax: 64 * 1024 * 1024,
}

/** Others (ids of shards) miss the row that stands under a key; nothing else is written. */
export interface HintNote {
  readonly partition: number
  readonly key: string
  readonly onlyMissedBy: readonly string[]
}

export type PendingWrite = PartitionedRow | HintNote

export function isNote(write: PendingWrite): write is HintNote {
  return 'onlyMissedBy' in write
}

/** Who waits for a write. `tag` is what was given to add. */
export interface CommitSink {
  /**
   * What the engine holds now, durably (see its `apply`), null of a note; or why nothing was
   * written.
   */
  written(tag: number, result: Version | null | Refusal): void
  /** The shard has failed; nobody knows what became of it. */
  lost(error: unknown): void
}

interface Waiting {
  readonly write: PendingWrite
  readonly bytes: number
  readonly deadlineMs: number
  readonly sink: CommitSink
  readonly tag: number
}

export interface CommitWorld {
  readonly monotonicMs: () => number
  readonly disk: DiskState
  /** Runs once the present event-loop turn has ended. */
  readonly afterTurn: (run: () => void) => void
  /** Commits it all; throws EngineError, and then no row was written. */
  readonly apply: (writes: readonly PendingWrite[]) => readonly (Version | null)[]
  /** The version that is held already, if it would change nothing; undefined when it would. */
  readonly heldAlready: (write: PendingWrite) => Version | undefined
  readonly committed: (rows: number, tookMs: number) => void
  readonly becameFull: () => void
  readonly hasRoom: () => void
  /** Any other failure: the process must end. */
  readonly die: (error: unknown) => void
}

export class GroupCommit {
  private readonly world: CommitWorld
  private readonly limits: CommitLimits
  private queue: Waiting[] = []
  private bytes = 0
  private isFlushPlanned = false
  private isStopped = false
  private whenIdle: (() => void)[] = []

  constructor(world: CommitWorld, limits: CommitLimits) {
    this.world = world
    this.limits = limits
  }

  /** False = the queue is full and nothing was done. `deadlineMs` is monotonic. */
  add(
    write: PendingWrite,
    bytes: number,
    deadlineMs: number,
    sink: CommitSink,
    tag: number,
  ): boolean {
    const { queueRowsMax, queueBytesMax } = this.limits
    if (this.isStopped) return false
    if (this.queue.length >= queueRowsMax || this.bytes + bytes > queueBytesMax) return false
    this.queue.push({ write, bytes, deadlineMs, sink, tag })
    this.bytes += bytes
    this.plan()
    return true
  }

  /** Resolves when nothing waits. */
  idle(): Promise<void> {
    if (this.queue.length === 0) return Promise.resolve()
    return new Promise((resolve) => this.whenIdle.push(resolve))
  }

  /** Refuses what waits of this, unwritten; the rest goes on. */
  refuse(isRefused: (write: PendingWrite) => boolean, refusal: Refusal): void {
    const refused = this.queue.filter(({ write }) => isRefused(write))
    if (refused.length === 0) return
    this.queue = this.queue.filter(({ write }) => !isRefused(write))
    for (const { bytes } of refused) this.bytes -= bytes
    tell(refused, refusal)
  }

  /** After a failure: gives up what waits, and takes nothing any more. */
  stop(error: unknown): void {
    this.isStopped = true
    for (const { sink } of this.queue.splice(0)) sink.lost(error)
  }

  private plan(): void {
    if (this.isFlushPlanned) return
    this.isFlushPlanned = true
    this.world.afterTurn(() => this.flush())
  }

  private flush(): void {
    this.isFlushPlanned = false
    const group = this.nextGroup()
    const nowMs = this.world.monotonicMs()
    const late = group.filter(({ deadlineMs }) => deadlineMs <= nowMs)
    tell(late, 'late')
    const timely = late.length === 0 ? group : group.filter(({ deadlineMs }) => deadlineMs > nowMs)
    if (timely.length > 0) this.commit(timely)
    if (this.queue.length > 0) this.plan()
    else for (const resolve of this.whenIdle.splice(0)) resolve()
  }

  private nextGroup(): readonly Waiting[] {
    const { groupRowsMax, groupBytesMax } = this.limits
    const end = Math.min(this.queue.length, groupRowsMax)
    let bytes = 0
    let count = 0
    while (count < end) {
      const next = must(this.queue[count]).bytes
      if (count > 0 && bytes + next > groupBytesMax) break
      bytes += next
      count += 1
    }
    this.bytes -= bytes
    return this.queue.splice(0, count)
  }

  private commit(group: readonly Waiting[]): void {
    const { disk, apply, monotonicMs } = this.world
    const startMs = monotonicMs()
    if (!disk.mayTry(startMs)) {
      this.tellFull(group)
      return
    }
    let held: readonly (Version | null)[]
    try {
      held = apply(group.map(({ write }) => write))
    } catch (error) {
      this.failed(group, error)
      return
    }
    if (disk.wrote()) this.world.hasRoom()
    this.world.committed(group.length, monotonicMs() - startMs)
    for (const [index, { sink, tag }] of group.entries()) sink.written(tag, held[index] ?? null)
  }

  private failed(group: readonly Waiting[], error: unknown): void {
    if (!(error instanceof EngineError) || error.code !== 'full') {
      this.world.die(error)
      for (const { sink } of group) sink.lost(error)
      return
    }
    if (this.world.disk.wasFull(this.world.monotonicMs())) this.world.becameFull()
    this.tellFull(group)
  }

  /** What is on the disk already needs no room: reads that repair would fail for nothing. */
  private tellFull(group: readonly Waiting[]): void {
    for (const { write, sink, tag } of group) {
      sink.written(tag, this.world.heldAlready(write) ?? 'full')
    }
  }
}

function tell(group: readonly Waiting[], refusal: Refusal): void {
  for (const { sink, tag } of group) sink.written(tag, refusal)
}
