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
import { stateOf } from './sqlite-checkpoint.ts'
import { engineError } from './sqlite-engine-errors.ts'

/** So many pages may be left for a commit to move. */
const REST_PAGES = 500
/** Where pages are written faster than they are moved, a commit must move them in the end. */
const PASSES_MAX = 5
/** It reads pages once, one after another. */
const CACHE_KIB = 1024

const port = must(parentPort, 'this file runs as a worker')
const path = String(workerData)
const database = new DatabaseSync(path)
database.exec(`PRAGMA synchronous = FULL; PRAGMA cache_size = -${CACHE_KIB}`)
const pass = database.prepare('PRAGMA wal_checkpoint(PASSIVE)')
const look = database.prepare('PRAGMA wal_checkpoint(NOOP)')
const file = openSync(path, 'r+')

function movePages(): void {
  for (let passes = 0; passes < PASSES_MAX; passes += 1) {
    pass.get()
    fdatasyncSync(file)
    const { log, checkpointed } = stateOf(look)
    if (log - checkpointed <= REST_PAGES) return
  }
}

port.on('message', () => {
  try {
    movePages()
  } catch (error) {
    // On a full disk commits are refused as well; it is tried again when there is room.
    if (engineError(error).code !== 'full') throw error
  }
  port.postMessage('moved')
})
