/**
 * Sends one operation to as many replicas of a partition as make a quorum, the fastest first, and
 * to a further one for each that does not grant it or is late: what the others would say is not
 * needed, and an operation that is written down costs each of them a write.
 */

import { isQuorum } from '../../ring/quorum.ts'
import type { ShardOperation } from '../../wire.ts'
import type { HopSink } from '../hop.ts'
import type { Watch, Watched } from '../late-watch.ts'
import { nextToAsk } from '../next-to-ask.ts'
import { BUSY, type ReplicaResult, UNREACHABLE } from '../replica-result.ts'
import type { PartitionView } from '../ring-view.ts'
import { type StoreWorld, sparedOf } from '../store-world.ts'

export interface Question {
  readonly operation: ShardOperation
  readonly bytes: number
  readonly deadlineMs: number
  /** What became of it at a replica (its position). */
  take(replica: number, result: ReplicaResult): 'enough' | 'granted' | 'not granted'
}

/** Resolves as soon as enough is known, and at the latest when all were heard. */
export function askQuorum(
  world: Pick<StoreWorld, 'lateWatch'>,
  place: PartitionView,
  question: Question,
): Promise<void> {
  return new Promise((resolve) => new Asking(world, place, question, resolve).begin())
}

class Asking implements HopSink, Watched {
  private readonly world: Pick<StoreWorld, 'lateWatch'>
  private readonly place: PartitionView
  private readonly question: Question
  private readonly tell: () => void
  private readonly unasked: Set<number>
  /** Those that granted it, or may yet. */
  private readonly hopeful = new Set<number>()
  private awaited = 0
  private watch: Watch | undefined
  private isOver = false

  constructor(
    world: Pick<StoreWorld, 'lateWatch'>,
    place: PartitionView,
    question: Question,
    tell: () => void,
  ) {
    this.world = world
    this.place = place
    this.question = question
    this.tell = tell
    this.unasked = new Set(place.links.keys())
  }

  begin(): void {
    for (const replica of sparedOf(this.place)) {
      this.unasked.delete(replica)
      this.hear(replica, UNREACHABLE)
    }
    this.goOn()
    this.keepWatch()
  }

  settle(replica: number, result: ReplicaResult): void {
    this.awaited -= 1
    this.hear(replica, result)
    if (!this.isOver) this.goOn()
  }

  late(): void {
    if (this.askNext()) this.keepWatch()
  }

  private hear(replica: number, result: ReplicaResult): void {
    const heard = this.question.take(replica, result)
    if (heard === 'not granted') this.hopeful.delete(replica)
    if (heard === 'enough') this.end()
  }

  private goOn(): void {
    const isEnough = () => isQuorum(this.place.groups, (replica) => this.hopeful.has(replica))
    while (!this.isOver && !isEnough() && this.askNext());
    if (this.awaited === 0 && this.unasked.size === 0) this.end()
  }

  /** False = all were asked. */
  private askNext(): boolean {
    const { links, cluster } = this.place
    const replica = nextToAsk(links, (one) => this.unasked.has(one))
    if (replica < 0) return false
    this.unasked.delete(replica)
    this.hopeful.add(replica)
    this.awaited += 1
    const { operation, bytes, deadlineMs } = this.question
    const sent = { operation, cluster, bytes, deadlineMs, sink: this, tag: replica }
    if (!links[replica]?.send(sent)) this.settle(replica, BUSY)
    return true
  }

  private keepWatch(): void {
    if (!this.isOver) this.watch = this.world.lateWatch.watch(this)
  }

  private end(): void {
    this.isOver = true
    this.watch?.end()
    this.tell()
  }
}
