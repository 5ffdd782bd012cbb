/**
 * Checkpoints of a replica's file beside its commits. By itself SQLite moves the pages of the
 * write-ahead log into the file within the commit that made the log long; that commit and all
 * behind it wait until megabytes in no order are on the disk. Here a thread of its own does it
 * (sqlite-checkpoint-worker.ts). What is committed meanwhile is little, and is moved between two
 * commits: only when nothing is left to move does the log begin anew.
 *
 * https://www.sqlite.org/wal.html#checkpointing
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import { engineError } from './sqlite-engine-errors.ts'

/**
 * Pages in the log before they are moved. A page that was written often is moved once, so with more
 * of them there is less to do; but the log is as long, and a process that was killed reads it.
 */
export const CHECKPOINT_PAGES = 20_000

/** The log of the connection that commits. */
export interface WriteAheadLog {
  /** How many pages are in it. */
  pages(): number
  /** Moves what is still to be moved, and waits for the disk. */
  moveRest(): void
}

/** What moves pages meanwhile. */
export interface PageMover {
  /** Fails when pages could not be moved, unless it was for lack of room. One at a time. */
  move(): Promise<void>
  /** Without waiting for what it does. */
  stop(): void
}

export class Checkpointer {
  private readonly log: WriteAheadLog
  private readonly startMover: () => PageMover
  private mover: PageMover | undefined
  private isMoving = false
  private failure: unknown

  /** `startMover` is called when there is something to move for the first time. */
  constructor(log: WriteAheadLog, startMover: () => PageMover) {
    this.log = log
    this.startMover = startMover
  }

  /**
   * To be called before a commit. Throws EngineError once pages could not be moved: nobody knows
   * which of them the disk has, and an fsync that is tried again would not tell.
   */
  assertSound(): void {
    if (this.failure !== undefined) throw engineError(this.failure)
  }

  /** To be called after a commit. */
  committed(): void {
    if (this.isMoving || this.log.pages() < CHECKPOINT_PAGES) return
    this.isMoving = true
    this.mover ??= this.startMover()
    this.mover.move().then(
      () => this.finish(),
      (error) => {
        this.failure = error
      },
    )
  }

  /** What is in the log stays there, and is found when the file is opened again. */
  stop(): void {
    this.isMoving = true
    this.mover?.stop()
  }

  private finish(): void {
    try {
      this.log.moveRest()
    } catch (error) {
      // Without room nothing is committed either; it is tried again after the next commit.
      if (engineError(error).code !== 'full') this.failure = error
    }
    this.isMoving = false
  }
}

export function writeAheadLogOf(database: DatabaseSync): WriteAheadLog {
  const look = database.prepare('PRAGMA wal_checkpoint(NOOP)')
  const move = database.prepare('PRAGMA wal_checkpoint(PASSIVE)')
  return { pages: () => stateOf(look).log, moveRest: () => void move.get() }
}

/** What `PRAGMA wal_checkpoint` answers: pages in the log, and those of them that were moved. */
export function stateOf(statement: StatementSync): { log: number; checkpointed: number } {
  return statement.get() as unknown as { log: number; checkpointed: number }
}

/** A thread for the file under this path, which does not keep the process from ending. */
export function startPageMover(path: string): PageMover {
  const url = new URL('sqlite-checkpoint-worker.ts', import.meta.url)
  const worker = new Worker(url, { workerData: path })
  worker.unref()
  let moving = Promise.withResolvers<void>()
  worker.on('message', () => moving.resolve())
  worker.on('error', (error) => moving.reject(error))
  return {
    move() {
      moving = Promise.withResolvers()
      worker.postMessage('move')
      return moving.promise
    },
    stop: () => void worker.terminate(),
  }
}
