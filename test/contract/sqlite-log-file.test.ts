/**
 * The file behind the embedded log: what leaves it by compaction and retention, and what happens
 * when another process holds it, when it is gone, and when it is no log at all.
 */
import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { LEAP_MS_MIN, MARK_EVERY_MS } from '../../src/adapters/sqlite-log/log-time.ts'
import { REMOVED_RECORDS_MAX } from '../../src/adapters/sqlite-log/retention.ts'
import { systemClock } from '../../src/adapters/system-clock.ts'
import { eventually } from '../support/eventually.ts'
import { openDescribed } from '../support/log-description.ts'
import { joinGroup, numbered, startFollowing } from '../support/log-readers.ts'
import { openDesk } from '../support/log-under-test.ts'
import { temporaryFolder } from '../support/process.ts'
import {
  HOUR_MS,
  openSqliteDesk,
  openSqliteUnderTest,
  pathOf,
  shiftedClock,
} from '../support/sqlite-log.ts'
import { recordingTrace } from '../support/traces.ts'

test('a file that was removed and made again has another generation', async () => {
  const under = await openSqliteUnderTest()
  const generations: string[] = []
  for (let time = 0; time < 2; time += 1) {
    const log = await under.open()
    await log.declare([{ name: 'readings', partitions: 1 }])
    generations.push(await log.generation('readings'))
    await log.close()
    rmSync(pathOf(under))
  }
  assert.notEqual(generations[0], generations[1])
})

test('a compacted topic holds the newest of each key, and what has no key', async (t) => {
  // Compacted is kept for ever: each append is an occasion to remove what is older than 1 ms.
  const declaration = { compacted: true, retentionMs: 1 }
  const desk = await openSqliteDesk(t, { retentionEveryMs: 0 }, declaration)
  for (let round = 0; round < 20; round += 1) {
    await desk.log.append(desk.topic, numbered(5))
  }
  await desk.log.append(desk.topic, [
    { key: null, value: 'no key' },
    { key: 'v0', value: 'once' },
    { key: 'v0', value: 'twice' },
    { key: null, value: 'no key' },
  ])
  const other = await desk.open()
  const follower = startFollowing(other, desk.topic, [{ partition: 0, offset: 3 }])
  await follower.until('it is caught up', () => follower.caughtUp())
  await follower.leave()
  assert.deepEqual(follower.values(), ['v1', 'v2', 'v3', 'v4', 'no key', 'twice', 'no key'])
  assert.deepEqual(follower.gaps, [])
  assert.deepEqual(await other.ends(desk.topic), [{ partition: 0, first: 0, next: 104 }])
})

test('retention removes more than one transaction does, and nothing younger', async (t) => {
  const clock = shiftedClock()
  const options = { clock, retentionEveryMs: 0 }
  const { log, topic } = await openSqliteDesk(t, options, { retentionMs: HOUR_MS })
  await log.declare([{ name: 'kept', partitions: 1 }])
  const occasion = () => log.append('kept', numbered(1))
  const many = 3 * REMOVED_RECORDS_MAX + 1
  await log.append(topic, numbered(many))
  clock.aheadMs += HOUR_MS / 2
  await log.append(topic, numbered(3, 'younger'))
  clock.aheadMs += HOUR_MS / 2 + 1_000
  await occasion()
  await eventually('the old ones are gone', async () => (await log.ends(topic))[0]?.first === many)
  for (let time = 0; time < 3; time += 1) await occasion()
  assert.deepEqual(await log.ends(topic), [{ partition: 0, first: many, next: many + 3 }])
  assert.deepEqual(await log.ends('kept'), [{ partition: 0, first: 0, next: 4 }])
})

test('a clock that is a week ahead for a while takes nothing that is unread', async (t) => {
  const clock = shiftedClock()
  const options = { clock, retentionEveryMs: 0, leapBelievedMs: LEAP_MS_MIN }
  const { log, topic } = await openSqliteDesk(t, options, { retentionMs: HOUR_MS })
  await log.declare([{ name: 'kept', partitions: 1 }])
  const use = async (minutes: number) => {
    for (let passed = 0; passed < minutes; passed += 10) {
      clock.aheadMs += MARK_EVERY_MS
      for (let time = 0; time < 3; time += 1) await log.append('kept', numbered(1))
    }
  }
  const first = async () => (await log.ends(topic))[0]?.first
  await log.append(topic, numbered(100))
  await use(20)
  clock.aheadMs += 168 * HOUR_MS
  await use(10)
  assert.equal(await first(), 0)
  clock.aheadMs -= 168 * HOUR_MS
  await use(10)
  assert.equal(await first(), 0)
  await use(30)
  await eventually('their hour has passed', async () => (await first()) === 100)
  await log.append(topic, numbered(5))
  clock.aheadMs += 168 * HOUR_MS
  await use(10)
  assert.equal(await first(), 100)
  await use(40)
  await eventually('the machine was off, not its clock wrong', async () => (await first()) === 105)
})

test('records that a wrong clock stamped in the future hold up none behind them', async (t) => {
  const clock = shiftedClock()
  const options = { clock, retentionEveryMs: 0 }
  const { log, topic } = await openSqliteDesk(t, options, { retentionMs: HOUR_MS })
  await log.declare([{ name: 'kept', partitions: 1 }])
  const firstIs = (first: number) => async () => (await log.ends(topic))[0]?.first === first
  const ahead = REMOVED_RECORDS_MAX + 1
  clock.aheadMs += 1_000 * HOUR_MS
  await log.append(topic, numbered(ahead))
  clock.aheadMs -= 1_000 * HOUR_MS
  await log.append(topic, numbered(3))
  clock.aheadMs += HOUR_MS / 2
  await log.append(topic, numbered(2, 'younger'))
  for (let time = 0; time < 3; time += 1) await log.append('kept', numbered(1))
  assert.ok(await firstIs(0)(), 'they are kept as long as the others')
  clock.aheadMs += HOUR_MS / 2 + 1_000
  await log.append('kept', numbered(1))
  await eventually('what is older than the young ones is gone', firstIs(ahead + 3))
  clock.aheadMs += 1_000 * HOUR_MS
  await log.append(topic, numbered(1))
  clock.aheadMs -= 1_000 * HOUR_MS - HOUR_MS
  await log.append('kept', numbered(1))
  await eventually('all but the newest are gone', firstIs(ahead + 5))
  for (let time = 0; time < 3; time += 1) await log.append('kept', numbered(1))
  assert.ok(await firstIs(ahead + 5)(), 'nothing behind it says how old it is')
})

test('what a group had not read is removed with an error that names group and clock', async (t) => {
  const [clock, trace] = [shiftedClock(), recordingTrace()]
  const options = { clock, trace, retentionEveryMs: 0 }
  const { log, topic, group } = await openSqliteDesk(t, options, { retentionMs: HOUR_MS })
  const readAll = async (name: string, count: number) => {
    const member = joinGroup(log, topic, name)
    await member.has(count)
    await member.leave()
  }
  const losses = () => trace.facts.filter(({ kind }) => kind === 'log.expired-unread')
  await log.append(topic, numbered(2))
  await readAll(group, 2)
  await readAll('slow', 2)
  await log.append(topic, numbered(3))
  await readAll(group, 3)
  for (let time = 1; time <= 2; time += 1) {
    clock.aheadMs += 2 * HOUR_MS
    await log.append(topic, numbered(1))
    const first = 4 + time
    await eventually('they are gone', async () => (await log.ends(topic))[0]?.first === first)
    await eventually('it is told', () => losses().length > 0)
  }
  const ours = losses().filter((fact) => fact.group === 'slow')
  assert.equal(ours.length, 1, 'once, until it keeps up')
  assert.deepEqual([ours[0]?.level, ours[0]?.records, ours[0]?.topic], ['error', 3, topic])
  assert.match(String(ours[0]?.clock), /^\d{4}-\d\d-\d\dT/)
})

test('while another holds the file, appends wait and the process goes on', async (t) => {
  const desk = await openDesk(t, openSqliteUnderTest)
  const other = new DatabaseSync(pathOf(desk))
  other.exec('BEGIN IMMEDIATE')
  let isAnswered = false
  const appended = desk.log.append(desk.topic, numbered(1)).finally(() => {
    isAnswered = true
  })
  // Would never end if waiting for the lock blocked the process: the lock is ours.
  for (let turn = 0; turn < 20; turn += 1) await systemClock.sleep(5)
  assert.equal(isAnswered, false)
  other.exec('ROLLBACK')
  assert.deepEqual(await appended, [{ partition: 0, offset: 0 }])
  other.close()
})

test('a file held for too long is an outage: append says so, readers ride it out', async (t) => {
  // Ten minutes pass within some seconds.
  const clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() * 100 }
  const trace = recordingTrace()
  const desk = await openSqliteDesk(t, { clock, trace })
  const { log, topic, group } = desk
  const other = new DatabaseSync(pathOf(desk))
  other.exec('BEGIN IMMEDIATE')
  const member = joinGroup(log, topic, group)
  await assert.rejects(log.append(topic, numbered(1)), { code: 'unavailable' })
  await member.until('it says that it waits', () => trace.count('log.waiting') === 1)
  other.exec('ROLLBACK')
  other.close()
  await log.append(topic, numbered(3))
  await member.has(3)
  await member.leave()
  assert.deepEqual(trace.count('log.waiting.over'), 1)
})

test('a file that is not a log is refused with a sentence, and stays as it is', async () => {
  const folder = temporaryFolder('sqlite-log')
  const open = (name: string) =>
    openDescribed({ kind: 'sqlite', options: { path: join(folder, name) } })
  const database = new DatabaseSync(join(folder, 'other.db'))
  database.exec('CREATE TABLE readings (a)')
  await assert.rejects(open('other.db'), { code: 'unavailable', remedy: /another file/ })
  assert.equal(database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()?.tables, 1)
  assert.equal(database.prepare('PRAGMA journal_mode').get()?.journal_mode, 'delete')
  database.close()
  writeFileSync(join(folder, 'text.db'), 'Not a database at all. '.repeat(100))
  await assert.rejects(open('text.db'), { code: 'unavailable', remedy: /move it away/ })
  await assert.rejects(open('nowhere/log.db'), { code: 'unavailable', remedy: /folder is there/ })
})
