/**
 * What one disk can do: the same readings into a table of one SQLite file with `synchronous=FULL`,
 * so many to a transaction, and read back by key, with nothing around it. Prints one line of JSON.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { DatabaseSync } from 'node:sqlite'
import { must } from '../../src/model/must.ts'
import { benchReading } from '../support/readings.ts'

export interface SqliteFigures {
  readonly putsPerSecondAlone: number
  readonly putsPerSecondBy64: number
  readonly getsPerSecond: number
}

const FLOORS = 30
const BATCH = 64
/** Made before the clock runs. More than are written in a few seconds, so that none comes twice. */
const READINGS = Array.from({ length: 250_000 }, (_, n) => benchReading(n, FLOORS))
const readingAt = (n: number) => must(READINGS[n % READINGS.length], 'there are readings')

/** How often `step` is done in a second, each counting so many. */
function rate(forMs: number, each: number, step: () => void): number {
  const startMs = performance.now()
  let done = 0
  while (performance.now() - startMs < forMs) {
    step()
    done += each
  }
  return (done * 1000) / (performance.now() - startMs)
}

function measure(path: string, forMs: number): SqliteFigures {
  const database = new DatabaseSync(path)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  database.exec('CREATE TABLE kv (k TEXT PRIMARY KEY, v TEXT NOT NULL) WITHOUT ROWID')
  const put = database.prepare('INSERT OR REPLACE INTO kv VALUES (?, ?)')
  const get = database.prepare('SELECT v FROM kv WHERE k = ?')
  let next = 0
  const putOne = () => {
    const { key, text } = readingAt(next++)
    put.run(key, text)
  }
  const putMany = () => {
    database.exec('BEGIN IMMEDIATE')
    for (let n = 0; n < BATCH; n += 1) putOne()
    database.exec('COMMIT')
  }
  const putsPerSecondAlone = rate(forMs, 1, putOne)
  const putsPerSecondBy64 = rate(forMs, BATCH, putMany)
  let read = 0
  const getOne = () => void get.get(readingAt((read++ * 7919) % next).key)
  const getsPerSecond = rate(forMs, 1, getOne)
  database.close()
  return { putsPerSecondAlone, putsPerSecondBy64, getsPerSecond }
}

const folder = mkdtempSync(join(tmpdir(), 'raw-sqlite-'))
const figures = measure(join(folder, 'kv.db'), Number(process.argv[2]))
rmSync(folder, { recursive: true })
process.stdout.write(`${JSON.stringify(figures)}\n`)
