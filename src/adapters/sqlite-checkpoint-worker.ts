/**
 * The thread that moves pages from the write-ahead log into the file while others commit. A pass
 * leaves what was committed meanwhile, which the next one finds; it ends when the rest is a matter
 * of a few milliseconds. SQLite waits for the disk only once all pages are moved, so that is done
 * here after each pass, and whoever moves the rest has little to wait for.
 */
import { fdatasyncSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { must } from '../model/must.ts'
import { type Moved, ownedFile, stateOf } from './sqlite-checkpoint.ts'
import { engineError } from './sqlite-engine-errors.ts'

/** So many pages may be left to whoever commits. */
const REST_PAGES = 500
/** Where pages are written faster than they are moved, whoever commits must wait in the end. */
const PASSES_MAX = 5
/** It reads pages once, one after another. */
const CACHE_KIB = 1024

const port = must(parentPort, 'this file runs as a worker')
const path = String(workerData)
/** First: where there is no file any more, SQLite would make an empty one. */
const file = openSync(path, 'r')
const database = new DatabaseSync(ownedFile(path))
database.exec(`PRAGMA synchronous = FULL; PRAGMA cache_size = -${CACHE_KIB}`)
const pass = database.prepare('PRAGMA wal_checkpoint(PASSIVE)')
const look = database.prepare('PRAGMA wal_checkpoint(NOOP)')

function movePages(): Moved {
  for (let passes = 0; passes < PASSES_MAX; passes += 1) {
    try {
      pass.get()
    } catch (error) {
      if (engineError(error).code === 'full') return 'full'
      throw error
    }
    fdatasyncSync(file)
    const { log, checkpointed } = stateOf(look)
    if (log >= 0 && log - checkpointed <= REST_PAGES) break
  }
  return 'moved'
}

port.on('message', () => port.postMessage(movePages()))
