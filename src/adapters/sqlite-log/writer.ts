/**
 * Everything that is written goes through here: what one turn of the event loop asks for becomes
 * one transaction with one fsync, and each asker is answered after it. While another process holds
 * the file, the jobs wait without blocking the process, and those that come meanwhile join them.
 *
 * A job that fails because of the file takes its whole transaction with it, so all of its turn are
 * answered alike. Jobs therefore check what they were given before they are handed in.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../ports/clock.ts'
import type { Random } from '../../ports/random.ts'
import { type Durability, inTransaction } from './database.ts'
import { asLogError, closedLog, isLocked, queueFull } from './errors.ts'

export interface WriteJob<T> {
  /** Synchronous, inside the transaction; may be run again when the lock was not to be had. */
  run(): T
  readonly durability: Durability
  /** What it adds to the file, roughly. */
  readonly bytes: number
}

export interface Writer {
  /** Resolves once the job's transaction has ended; rejects with LogError when it failed. */
  submit<T>(job: WriteJob<T>): Promise<T>
  /** Writes what was handed in, then refuses. */
  close(): Promise<void>
}

export interface WriterWorld {
  readonly clock: Clock
  readonly random: Random
  readonly database: DatabaseSync
  readonly path: string
  /** Called after each transaction that readers may have waited for. */
  written(): void
}

/** One transaction takes no more than this, so that it does not hold the process for long. */
export const TRANSACTION_BYTES_MAX = 4 * 1024 * 1024
/** So much may wait to be written; more is refused as unavailable. */
export const QUEUE_BYTES_MAX = 64 * 1024 * 1024
/** How long the jobs wait for a file that another process holds. */
export const LOCKED_MS_MAX = 5_000
/** Between two attempts at the lock: at most so long, by chance. */
const RETRY_MS_MAX = 10

interface Waiting {
  readonly job: WriteJob<unknown>
  readonly sinceMs: number
  answer(value: unknown): void
  refuse(error: unknown): void
}

interface State {
  queue: Waiting[]
  queueBytes: number
  /** Resolves when the queue is empty; undefined while nothing is under way. */
  work: Promise<void> | undefined
  isClosed: boolean
}

export function createWriter(world: WriterWorld): Writer {
  const state: State = { queue: [], queueBytes: 0, work: undefined, isClosed: false }
  return {
    submit<T>(job: WriteJob<T>) {
      if (state.isClosed) return Promise.reject(closedLog())
      if (state.queueBytes + job.bytes > QUEUE_BYTES_MAX && state.queue.length > 0) {
        return Promise.reject(queueFull(QUEUE_BYTES_MAX))
      }
      return new Promise<T>((resolve, reject) => {
        const answer = (value: unknown) => resolve(value as T)
        state.queue.push({ job, sinceMs: world.clock.monotonicMs(), answer, refuse: reject })
        state.queueBytes += job.bytes
        state.work ??= work(world, state)
      })
    },
    async close() {
      state.isClosed = true
      await state.work
    },
  }
}

/** Never rejects. */
async function work(world: WriterWorld, state: State): Promise<void> {
  while (state.queue.length > 0) {
    await endOfTurn()
    const group = nextGroup(state.queue)
    const outcome = attempt(world, group)
    if (outcome.kind === 'locked' && !hasWaitedEnough(world, group)) {
      await world.clock.sleep(world.random.unit() * RETRY_MS_MAX)
      continue
    }
    state.queue.splice(0, group.length)
    state.queueBytes -= sizeOf(group)
    tell(world, group, outcome)
  }
  state.work = undefined
}

const endOfTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** The oldest jobs that fit into one transaction, at least one. */
function nextGroup(queue: readonly Waiting[]): readonly Waiting[] {
  let bytes = 0
  const end = queue.findIndex(({ job }, index) => {
    bytes += job.bytes
    return index > 0 && bytes > TRANSACTION_BYTES_MAX
  })
  return end === -1 ? queue.slice() : queue.slice(0, end)
}

const sizeOf = (group: readonly Waiting[]) => group.reduce((sum, { job }) => sum + job.bytes, 0)

const isFsynced = (group: readonly Waiting[]) =>
  group.some(({ job }) => job.durability === 'fsynced')

function hasWaitedEnough({ clock }: WriterWorld, [oldest]: readonly Waiting[]): boolean {
  return oldest !== undefined && clock.monotonicMs() - oldest.sinceMs > LOCKED_MS_MAX
}

type Outcome =
  | { readonly kind: 'written'; readonly results: readonly unknown[] }
  | { readonly kind: 'locked' | 'failed'; readonly error: unknown }

function attempt({ database, path }: WriterWorld, group: readonly Waiting[]): Outcome {
  try {
    const run = () => group.map(({ job }) => job.run())
    const results = inTransaction(database, run, isFsynced(group) ? 'fsynced' : 'relaxed')
    return { kind: 'written', results }
  } catch (error) {
    return { kind: isLocked(error) ? 'locked' : 'failed', error: asLogError(error, path) }
  }
}

function tell(world: WriterWorld, group: readonly Waiting[], outcome: Outcome): void {
  if (outcome.kind !== 'written') {
    for (const waiting of group) waiting.refuse(outcome.error)
    return
  }
  for (const [index, waiting] of group.entries()) waiting.answer(outcome.results[index])
  if (isFsynced(group)) world.written()
}
