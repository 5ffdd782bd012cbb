/**
 * What only an engine on a real file can get wrong; the rest is in the suite of its port.
 */
import assert from 'node:assert/strict'
import { mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { startEngineWriter } from '../../test/support/engine-writer.ts'
import { eventually } from '../../test/support/eventually.ts'
import { type StartedProcess, temporaryFolder } from '../../test/support/process.ts'
import { must } from '../model/must.ts'
import { EngineError, type EngineFailure } from '../ports/key-value-engine.ts'
import { CHECKPOINT_PAGES } from './sqlite-checkpoint.ts'
import { openSqliteEngine } from './sqlite-engine.ts'
import { engineError } from './sqlite-engine-errors.ts'
import { PAGE_BYTES, PRAGMAS } from './sqlite-engine-tables.ts'

const folder = temporaryFolder('sqlite-engine')
let files = 0
const newPath = () => join(folder, `${++files}`, 'kv.db')
const fails = (code: EngineFailure, sentence: RegExp) => (error: unknown) =>
  error instanceof EngineError && error.code === code && sentence.test(error.message)

const EVERYTHING = { from: '', to: null }
const row = (key: string, order: number, text: string | null = '"sound"') => ({
  ...{ partition: 0, key, text, expiresMs: null },
  version: { order, time: order, writer: 'w' },
})

/** A file that holds these rows, changed by hand afterwards. */
function fileWith(rows: readonly ReturnType<typeof row>[], change: string): string {
  const path = newPath()
  const engine = openSqliteEngine({ path })
  engine.apply(rows)
  engine.close()
  const database = new DatabaseSync(path)
  database.exec(change)
  database.close()
  return path
}

/** The number of the last group that the killed writer said was durable. */
function lastSaid(writer: StartedProcess): number {
  return Number(must(writer.stdout().split('\n').at(-2)))
}

function assertKept(path: string, acknowledged: number): void {
  const engine = openSqliteEngine({ path })
  const last = must(engine.get(0, 'a')).version.order
  assert.ok(last >= acknowledged, `${last} after ${acknowledged} was acknowledged`)
  assert.equal(engine.get(0, 'b')?.version.order, last)
  assert.equal(engine.keys(0, { from: 'g', to: null }, last + 9, false).length, last)
  assert.ok(Number(engine.getMeta('group')) >= acknowledged)
  assert.deepEqual([...new Set(engine.hintCounts().values())], [3])
  assert.equal(engine.hintCounts().size, last)
  const [promised] = engine.apply([{ ...row('cas:a', 1), intake: 'accept' }])
  assert.equal(promised?.order, last, 'what was promised is kept')
  assert.equal(engine.count(0), last + 2)
  engine.close()
}

test('what was acknowledged is there after kill -9, and groups are whole', async () => {
  const path = newPath()
  const writer = startEngineWriter(path)
  await eventually('it has written', () => writer.stdout().split('\n').length > 200)
  writer.kill('SIGKILL')
  await writer.exited
  assertKept(path, lastSaid(writer))
})

test('a kill -9 while pages move from the log into the file takes nothing back', async () => {
  const path = newPath()
  const writer = startEngineWriter(path, 16_000)
  await eventually('it has written', () => writer.stdout().includes('\n'))
  const { size } = statSync(path)
  const deadlineMs = performance.now() + 60_000
  // Rows come to the log alone; the file grows when pages are moved into it.
  while (statSync(path).size === size) {
    assert.ok(performance.now() < deadlineMs, 'pages are moved')
    await setImmediate()
  }
  writer.kill('SIGKILL')
  await writer.exited
  assert.ok(statSync(`${path}-wal`).size > PAGE_BYTES * CHECKPOINT_PAGES, 'the log is still there')
  assertKept(path, lastSaid(writer))
})

test('a commit waits until the disk has it', () => {
  const database = new DatabaseSync(join(temporaryFolder(), 'kv.db'))
  database.exec(PRAGMAS)
  const setting = (name: string) => Object.values(must(database.prepare(`PRAGMA ${name}`).get()))[0]
  assert.deepEqual([setting('journal_mode'), setting('synchronous')], ['wal', 2])
  database.close()
})

test('a second process is refused with a sentence, until the first has ended', async () => {
  const path = newPath()
  const link = `${path}.link`
  const writer = startEngineWriter(path)
  await eventually('it has written', () => writer.stdout().includes('\n'))
  symlinkSync(path, link)
  for (const name of [path, link]) {
    const second = () => openSqliteEngine({ path: name, lockWaitMs: 0 })
    assert.throws(second, fails('broken', /kv\.db.* is in use: another process/))
  }
  const reader = new DatabaseSync(path)
  assert.throws(() => reader.prepare('SELECT * FROM rows').get(), /locked/)
  reader.close()
  writer.kill('SIGKILL')
  await writer.exited
  openSqliteEngine({ path }).close()
})

test('a value that is not what was written is never read as if it were', () => {
  const rows = [row('a', 1), row('b', 1), row('c', 1, null)]
  const path = fileWith(rows, `UPDATE rows SET v = '"rotten"' WHERE k IN ('a', 'c')`)
  const engine = openSqliteEngine({ path })
  for (const key of ['a', 'c']) assert.throws(() => engine.get(0, key), fails('damaged', /"[ac]"/))
  assert.throws(() => engine.scan(0, EVERYTHING, 9, false), fails('damaged', /"a"/))
  assert.deepEqual(engine.keys(0, EVERYTHING, 9, false), ['a', 'b', 'c'])
  assert.equal(engine.get(0, 'b')?.text, '"sound"')
  assert.deepEqual(engine.apply([row('a', 0.5, '"older"')]), [row('a', 1).version])
  assert.throws(() => engine.get(0, 'a'), fails('damaged', /"a"/), 'nor is an older one taken')
  engine.apply([row('a', 1), row('c', 2)])
  assert.equal(engine.get(0, 'a')?.text, '"sound"', 'the same write once more mends it')
  assert.equal(engine.get(0, 'c')?.version.order, 2, 'and so does a newer one')
  engine.close()
})

test('a damaged row has another hash than the one that was written, and is never purged', () => {
  const rows = [row('a', 1), row('b', 1), row('c', 1, null), row('d', 1)]
  const sound = openSqliteEngine({ path: ':memory:' })
  sound.apply(rows)
  const change = `UPDATE rows SET v = '"rotten"' WHERE k IN ('a', 'c');
    UPDATE rows SET v = NULL WHERE k = 'd'`
  const engine = openSqliteEngine({ path: fileWith(rows, change) })
  const query = { from: '', limit: 9, deadBeforeMs: 0, buckets: null }
  const [written, stands] = [sound, engine].map((one) => one.headers(0, query).headers)
  const differing = must(stands).filter(({ hash }, i) => hash !== must(written)[i]?.hash)
  assert.deepEqual(
    differing.map(({ key }) => key),
    ['a', 'c', 'd'],
  )
  assert.notDeepEqual(engine.digest(0, 0), sound.digest(0, 0))
  assert.equal(engine.purge(0, Date.UTC(2030), 9), 0, 'a lost text is no deletion')
  assert.deepEqual(engine.headers(0, { ...query, deadBeforeMs: Date.UTC(2030) }).headers, stands)
  engine.apply(rows)
  assert.deepEqual(engine.digest(0, 0), sound.digest(0, 0), 'the same rows once more mend it')
  engine.close()
  sound.close()
})

test('what is no database, is of a later version or is damaged cannot be opened', () => {
  const path = newPath()
  mkdirSync(join(path, '..'))
  writeFileSync(path, 'these are notes, and not a database at all '.repeat(200))
  assert.throws(() => openSqliteEngine({ path }), fails('broken', /kv\.db is not a database/))
  const later = fileWith([row('a', 1)], 'PRAGMA user_version = 99')
  assert.throws(() => openSqliteEngine({ path: later }), fails('broken', /newer version/))
  const other = fileWith([], 'DROP TABLE tally')
  assert.throws(() => openSqliteEngine({ path: other }), fails('broken', /cannot be opened/))
  const folderPath = join(folder, 'a-folder')
  mkdirSync(folderPath)
  assert.throws(() => openSqliteEngine({ path: folderPath }), fails('broken', /cannot be opened/))
})

test('a failure that is not a full disk says that the engine is broken', () => {
  const path = newPath()
  const engine = openSqliteEngine({ path })
  engine.apply([row('a', 1)])
  engine.close()
  assert.throws(() => engine.apply([row('b', 1)]), fails('broken', /database failed/))
  assert.throws(() => engine.get(0, 'a'), fails('broken', /database failed/))
  assert.throws(() => engine.setMeta('a', 'b'), fails('broken', /database failed/))
})

test('of all that SQLite says only "no room" is a full disk: a failed fsync is not', () => {
  // SQLITE_FULL, SQLITE_IOERR_WRITE and SQLITE_IOERR_FSYNC.
  const [full, failedWrite, failedSync] = [13, 10 | (3 << 8), 10 | (4 << 8)]
  const codeOf = (errcode: number) => engineError(Object.assign(new Error(), { errcode })).code
  assert.deepEqual([full, failedWrite, failedSync].map(codeOf), ['full', 'broken', 'broken'])
})

test('a limit in bytes holds for a file with larger pages as well', () => {
  const bytesMax = 512 * 1024
  const path = fileWith(
    [row('a', 1)],
    'PRAGMA journal_mode = DELETE; PRAGMA page_size = 8192; VACUUM',
  )
  const engine = openSqliteEngine({ path, bytesMax })
  const fill = () => {
    for (let n = 0; n < 100; n++) engine.apply([row(`b${n}`, 1, `"${'x'.repeat(10_000)}"`)])
  }
  assert.throws(fill, fails('full', /no room/))
  engine.close()
  assert.ok(statSync(path).size <= bytesMax, `${statSync(path).size} bytes`)
})
