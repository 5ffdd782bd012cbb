/**
 * Virtual time: a queue of things to come, run one by one. The next one comes when every promise
 * has settled that the last one released, however long the chain of awaits (Node runs what it was
 * told to do on the next tick after all of them), so the order of everything is the order of this
 * queue and nothing else. Ties are broken by the seed, so races are explored and can be repeated.
 *
 * A crash ends a life: whatever that life still waits for never comes, and its half-finished
 * functions simply never go on. A paused life (SIGSTOP) gets all of it when it wakes.
 */
import { must } from '../src/model/must.ts'
import type { Random } from '../src/ports/random.ts'
import type { Digest } from './digest.ts'

const realSetImmediate = setImmediate
/** More events in one moment of virtual time than any honest process makes. */
const EVENTS_AT_ONCE_MAX = 20_000
/** After so many the thread itself has a turn; what only weak references hold is let go then. */
const EVENTS_PER_TURN = 256

export class Life {
  readonly owner: string
  isOver = false
  /** Until then its events are held back. */
  pausedUntilMs = 0
  /** Resolves when the life ends. */
  readonly over: Promise<void>
  private readonly resolveOver: () => void

  constructor(owner: string) {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.owner = owner
    this.over = promise
    this.resolveOver = resolve
  }

  end(): void {
    this.isOver = true
    this.resolveOver()
  }
}

export interface Planned {
  cancel(): void
}

class Event implements Planned {
  atMs: number
  tie: number
  readonly sequence: number
  readonly life: Life
  readonly label: string
  readonly wake: () => void
  isCancelled = false

  constructor(
    place: { atMs: number; tie: number; sequence: number },
    life: Life,
    label: string,
    wake: () => void,
  ) {
    this.atMs = place.atMs
    this.tie = place.tie
    this.sequence = place.sequence
    this.life = life
    this.label = label
    this.wake = wake
  }

  cancel(): void {
    this.isCancelled = true
  }
}

export class Kernel {
  nowMs = 0
  events = 0
  /** The simulation itself, which never crashes. */
  readonly world = new Life('world')
  private readonly random: Random
  private readonly digest: Digest
  private readonly heap: Event[] = []
  private sequence = 0
  /** Events since time went on. */
  private standing = 0

  constructor(random: Random, digest: Digest) {
    this.random = random
    this.digest = digest
  }

  /** Runs `wake` after so long, unless the life has ended by then. */
  at(delayMs: number, life: Life, label: string, wake: () => void): Planned {
    const place = {
      atMs: this.nowMs + Math.max(0, delayMs),
      tie: this.random.below(1 << 20),
      sequence: this.sequence++,
    }
    const event = new Event(place, life, label, wake)
    this.push(event)
    return event
  }

  /** Sleeps in virtual time, as the simulation itself. */
  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.at(delayMs, this.world, 'sleep', resolve))
  }

  /**
   * One event and all that follows from it at once. False = nothing is left to run, or somebody
   * does things without end in one moment.
   */
  async step(): Promise<boolean> {
    if (this.standing > EVENTS_AT_ONCE_MAX) return false
    const event = this.nextDue()
    if (!event) return false
    this.standing = event.atMs > this.nowMs ? 0 : this.standing + 1
    this.nowMs = event.atMs
    this.events += 1
    this.digest.add(`${this.nowMs} ${event.life.owner} ${event.label}`)
    event.wake()
    await (this.events % EVENTS_PER_TURN === 0 ? turnOfThread() : allSettled())
    return true
  }

  /** Runs until it is so; false = the virtual time was up, or nothing was left to run. */
  async until(isSo: () => boolean, withinMs: number): Promise<boolean> {
    const endMs = this.nowMs + withinMs
    while (!isSo()) {
      if (this.nowMs > endMs || !(await this.step())) return false
    }
    return true
  }

  /** The next event of a life that goes on and is awake. */
  private nextDue(): Event | undefined {
    for (let event = this.pop(); event; event = this.pop()) {
      if (event.isCancelled || event.life.isOver) continue
      if (event.life.pausedUntilMs <= event.atMs) return event
      event.atMs = event.life.pausedUntilMs
      event.tie = this.random.below(1 << 20)
      this.push(event)
    }
    return undefined
  }

  private push(event: Event): void {
    const { heap } = this
    let place = heap.push(event) - 1
    while (place > 0) {
      const above = (place - 1) >> 1
      const parent = must(heap[above])
      if (!isEarlier(event, parent)) break
      heap[place] = parent
      place = above
    }
    heap[place] = event
  }

  private pop(): Event | undefined {
    const { heap } = this
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined || heap.length === 0) return first
    let place = 0
    for (let below = 1; below < heap.length; below = place * 2 + 1) {
      const right = heap[below + 1]
      let child = must(heap[below])
      if (right && isEarlier(right, child)) {
        child = right
        below += 1
      }
      if (!isEarlier(child, last)) break
      heap[place] = child
      place = below
    }
    heap[place] = last
    return first
  }
}

/**
 * Everything that promises have released has been done. Only what a promise's own job puts off to
 * the next tick comes after all others.
 */
async function allSettled(): Promise<void> {
  await undefined
  await new Promise<void>((resolve) => process.nextTick(resolve))
}

/** The thread's own event loop goes round once. */
export function turnOfThread(): Promise<void> {
  return new Promise((resolve) => realSetImmediate(resolve))
}

function isEarlier(one: Event, other: Event): boolean {
  if (one.atMs !== other.atMs) return one.atMs < other.atMs
  return one.tie === other.tie ? one.sequence < other.sequence : one.tie < other.tie
}
