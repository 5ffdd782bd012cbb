/**
 * What the writer makes of the jobs of one turn, and what becomes of them when the file is locked
 * or its disk is full.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, type TestContext, test } from 'node:test'
import { seededRandom } from '../seeded-random.ts'
import { systemClock } from '../system-clock.ts'
import { type Durability, openDatabase, pragma } from './database.ts'
import { createWriter, LOCKED_MS_MAX, QUEUE_BYTES_MAX, TRANSACTION_BYTES_MAX } from './writer.ts'

const folder = mkdtempSync(join(tmpdir(), 'log-writer-'))
after(() => rmSync(folder, { recursive: true }))
let files = 0

const FULL = 2
const NORMAL = 1

function openWriter(t: TestContext) {
  const path = join(folder, `${++files}.db`)
  const database = openDatabase(path)
  const other = new DatabaseSync(path, { timeout: 0 })
  let elapsedMs = 0
  const clock = {
    ...systemClock,
    monotonicMs: () => elapsedMs,
    async sleep() {
      elapsedMs += LOCKED_MS_MAX / 10
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
  let written = 0
  const writer = createWriter({
    ...{ clock, database, path, random: seededRandom('writer') },
    written: () => {
      written += 1
    },
  })
  t.after(async () => {
    await writer.close()
    database.close()
    other.close()
  })
  const names = (): unknown[] =>
    other
      .prepare('SELECT name FROM topics')
      .all()
      .map((row) => row.name)
  const add = (name: string, bytes = 0, durability: Durability = 'fsynced') => {
    const insert = database.prepare(
      'INSERT INTO topics (name, generation, compacted) VALUES (?, 1, 0)',
    )
    return writer.submit({ run: () => insert.run(name).changes, durability, bytes })
  }
  return { writer, database, other, add, names, written: () => written }
}

test('jobs of one turn are one transaction, and readers are woken once', async (t) => {
  const { add, names, written } = openWriter(t)
  const all = [add('a'), add('b'), add('c')]
  assert.deepEqual(names(), [], 'nothing is written before the turn has ended')
  await Promise.race(all)
  assert.deepEqual(names(), ['a', 'b', 'c'])
  await Promise.all(all)
  assert.equal(written(), 1)
})

test('a transaction waits for the disk unless nothing in it needs to', async (t) => {
  const { writer, database, written } = openWriter(t)
  const run = () => pragma(database, 'synchronous')
  const submit = (durability: Durability) => writer.submit({ run, durability, bytes: 0 })
  assert.equal(pragma(database, 'journal_mode'), 'wal')
  assert.equal(await submit('fsynced'), FULL)
  assert.deepEqual(await Promise.all([submit('relaxed'), submit('relaxed')]), [NORMAL, NORMAL])
  assert.deepEqual(await Promise.all([submit('relaxed'), submit('fsynced')]), [FULL, FULL])
  assert.equal(await submit('fsynced'), FULL)
  assert.equal(written(), 3, 'nobody waits for a heartbeat')
})

test('jobs that are large together are written one transaction after the other', async (t) => {
  const { add, names } = openWriter(t)
  const all = ['a', 'b', 'c'].map((name) => add(name, TRANSACTION_BYTES_MAX / 2 + 1))
  await all[0]
  assert.deepEqual(names(), ['a'])
  await Promise.all(all)
  assert.deepEqual(names(), ['a', 'b', 'c'])
})

test('what waits is bounded: more is refused, and taken again later', async (t) => {
  const { add } = openWriter(t)
  const large = add('a', QUEUE_BYTES_MAX)
  await assert.rejects(add('b', 1), { code: 'unavailable' })
  await large
  assert.equal(await add('b', 1), 1)
})

test('a locked file is tried again, and jobs that come meanwhile join in', async (t) => {
  const { add, other, names, written } = openWriter(t)
  other.exec('BEGIN IMMEDIATE')
  const first = add('a')
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  const second = add('b')
  other.exec('ROLLBACK')
  await Promise.all([first, second])
  assert.deepEqual([names(), written()], [['a', 'b'], 1])
})

test('a file that stays locked is unavailable, and usable afterwards', async (t) => {
  const { add, other, names } = openWriter(t)
  other.exec('BEGIN IMMEDIATE')
  await assert.rejects(add('a'), { code: 'unavailable', remedy: /which process holds the file/ })
  other.exec('ROLLBACK')
  await add('b')
  assert.deepEqual(names(), ['b'])
})

test('a full disk takes back all of the turn; with room, writing goes on', async (t) => {
  const { add, database, names } = openWriter(t)
  database.exec('PRAGMA max_page_count = 1')
  const long = 'x'.repeat(100_000)
  const all = await Promise.allSettled([add('a'), add(long)])
  assert.deepEqual(
    all.map(({ status }) => status),
    ['rejected', 'rejected'],
  )
  await assert.rejects(add(long), { code: 'unavailable', remedy: /Free space/ })
  assert.deepEqual(names(), [])
  database.exec('PRAGMA max_page_count = 1000000')
  await add('b')
  assert.deepEqual(names(), ['b'])
})

test('closing writes what was handed in, and refuses what comes after', async (t) => {
  const { writer, add, names } = openWriter(t)
  const before = add('a')
  const closing = writer.close()
  await assert.rejects(add('b'), { code: 'closed' })
  await Promise.all([before, closing])
  assert.deepEqual(names(), ['a'])
})
