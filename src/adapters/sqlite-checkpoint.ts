/**
 * Checkpoints of a replica's file beside its commits. By itself SQLite moves the pages of the
 * write-ahead log into the file within the commit that made the log long; that commit and all
 * behind it wait until megabytes in no order are on the disk, and nobody is told when they are not.
 * Here a thread of its own does it (sqlite-checkpoint-worker.ts). What is committed meanwhile is
 * little, and is moved between two commits: only when nothing is left to move does the log begin
 * anew.
 *
 * https://www.sqlite.org/wal.html#checkpointing
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { must } from '../model/must.ts'
import { EngineError } from '../ports/key-value-engine.ts'
import { engineError } from './sqlite-engine-errors.ts'

/**
 * Pages in the log before they are moved. A page that was written often is moved once, so with more
 * of them there is less to do; but the log is as long, and a process that was killed reads it.
 */
export const CHECKPOINT_PAGES = 20_000
/** With so many the thread has not got to it, and whoever commits waits while they are moved. */
export const CHECKPOINT_PAGES_MAX = 4 * CHECKPOINT_PAGES

/** The log of the connection that commits. */
export interface WriteAheadLog {
  /** How many pages are in it. */
  pages(): number
  /** Moves what is still to be moved, and waits for the disk. */
  moveRest(): void
}

/** What moves pages meanwhile. */
export interface PageMover {
  /**
   * Resolves to what became of them; `full`: there was no room. Rejects when they could not be
   * moved for another reason. One at a time.
   */
  move(): Promise<Moved>
  /** Without waiting for what it does. */
  stop(): void
}

export type Moved = 'moved' | 'full'

export class Checkpointer {
  private readonly log: WriteAheadLog
  private readonly startMover: () => PageMover
  private mover: PageMover | undefined
  private isMoving = false
  private isStopped = false
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
    if (this.failure === undefined) return
    const sentence = `committed pages could not be moved into the file: ${this.failure}`
    throw new EngineError('broken', sentence, { cause: this.failure })
  }

  /** To be called after a commit, which stands whatever happens here. */
  committed(): void {
    this.unlessItFails(() => {
      const pages = this.log.pages()
      if (pages >= CHECKPOINT_PAGES_MAX) this.log.moveRest()
      else if (pages >= CHECKPOINT_PAGES && !this.isMoving) this.move()
    })
  }

  /** A move that is under way ends by itself. */
  stop(): void {
    this.isStopped = true
    this.mover?.stop()
  }

  private move(): void {
    this.isMoving = true
    this.mover ??= this.startMover()
    this.mover.move().then(
      (moved) => {
        this.isMoving = false
        if (moved === 'moved' && !this.isStopped) this.unlessItFails(() => this.log.moveRest())
      },
      (error) => {
        this.failure = error
      },
    )
  }

  private unlessItFails(step: () => void): void {
    try {
      step()
    } catch (error) {
      // Without room nothing is committed either; it is tried again after the next commit.
      if (engineError(error).code !== 'full') this.failure = error
    }
  }
}

export function writeAheadLogOf(database: DatabaseSync): WriteAheadLog {
  const look = database.prepare('PRAGMA wal_checkpoint(NOOP)')
  const move = database.prepare('PRAGMA wal_checkpoint(PASSIVE)')
  return { pages: () => stateOf(look).log, moveRest: () => void move.get() }
}

/**
 * What `PRAGMA wal_checkpoint` answers: pages in the log, and those of them that were moved. Both
 * are -1 where the database has no log, and while somebody else begins it.
 */
export function stateOf(statement: StatementSync): { log: number; checkpointed: number } {
  const { log, checkpointed } = must(statement.get())
  return { log: Number(log), checkpointed: Number(checkpointed) }
}

/**
 * The file for connections of this process alone: others are kept out for as long as one is open,
 * and the index of the log is in memory that the connections share, so that a full disk has no part
 * in it. https://www.sqlite.org/vfs.html, "unix-excl".
 */
export function ownedFile(path: string): string | URL {
  if (path === ':memory:') return path
  const url = pathToFileURL(path)
  url.searchParams.set('vfs', 'unix-excl')
  return url
}

/** A thread for the file under this path. It keeps the process from ending only while it moves. */
export function startPageMover(path: string): PageMover {
  const url = new URL('sqlite-checkpoint-worker.ts', import.meta.url)
  // The system drops all locks that a process has on a file when it closes one descriptor of it, as
  // the thread's would be at its end.
  const worker = new Worker(url, { workerData: path, trackUnmanagedFds: false })
  worker.unref()
  let moving: PromiseWithResolvers<Moved> | undefined
  let failure: unknown
  const fail = (error: unknown) => {
    failure ??= error
    moving?.reject(failure)
  }
  worker.on('message', (moved: Moved) => moving?.resolve(moved))
  worker.once('error', fail)
  worker.once('exit', () => fail(new Error('the thread that moves pages has ended')))
  return {
    async move() {
      if (failure !== undefined) throw failure
      moving = Promise.withResolvers()
      worker.postMessage('move')
      return await moving.promise
    },
    stop: () => void worker.terminate(),
  }
}
