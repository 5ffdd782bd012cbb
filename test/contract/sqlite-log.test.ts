/**
 * The log in a SQLite file takes the suite of the port, and a few tests of its own kind: several
 * processes on one file, and what becomes of the file itself.
 */
import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { READ_LENGTH_MAX } from '../../src/adapters/sqlite-log/records.ts'
import { REMOVED_RECORDS_MAX } from '../../src/adapters/sqlite-log/retention.ts'
import { systemClock } from '../../src/adapters/system-clock.ts'
import { eventually } from '../support/eventually.ts'
import { type LogDescription, openDescribed } from '../support/log-description.ts'
import { startLogMember } from '../support/log-member.ts'
import {
  assertContiguous,
  joinGroup,
  numbered,
  sorted,
  startFollowing,
  valuesOf,
} from '../support/log-readers.ts'
import { type LogUnderTest, openDesk } from '../support/log-under-test.ts'
import { temporaryFolder } from '../support/process.ts'
import { recordingTrace, silentTrace } from '../support/traces.ts'
import { logSuite } from './log.suite.ts'

/** Short, because the tests wait for it; a machine that is busy testing may stall as long. */
const LEASE_MS = 1_500
const HOUR_MS = 60 * 60_000
/** No topic of the tests keeps its records so long. */
const AGES_MS = 24 * HOUR_MS

/** The time of the machine, moved ahead at will. */
function shiftedClock() {
  const clock = {
    ...systemClock,
    aheadMs: 0,
    wallMs: () => systemClock.wallMs() + clock.aheadMs,
  }
  return clock
}

async function openSqliteUnderTest(): Promise<LogUnderTest> {
  const path = join(temporaryFolder('sqlite-log'), 'log.db')
  const description: LogDescription = { kind: 'sqlite', options: { path, leaseMs: LEASE_MS } }
  const clock = shiftedClock()
  const open = () => openDescribed(description, { clock, trace: silentTrace })
  return {
    description,
    groups: 'stand-by',
    open,
    async expire(topic) {
      clock.aheadMs += AGES_MS
      const log = await open()
      await log.declare([{ name: 'occasion', partitions: 1 }])
      await log.append('occasion', [{ key: null, value: 'Retention needs an occasion.' }])
      await eventually('all has expired', async () =>
        (await log.ends(topic)).every(({ first, next }) => first === next),
      )
      await log.close()
    },
  }
}

logSuite('sqlite-log', openSqliteUnderTest)

/** The file of the log under test. */
const pathOf = ({ description }: LogUnderTest) => {
  assert.ok(description.kind === 'sqlite')
  return description.options.path
}

test('many processes append to one file: nothing is lost, nothing comes twice', async (t) => {
  const { log, topic, start } = await openDesk(t, openSqliteUnderTest, { partitions: 3 })
  const follower = startFollowing(log, topic, 'oldest')
  const names = ['a', 'b', 'c', 'd', 'e']
  const task = { kind: 'append', records: 200, together: 4, topic } as const
  const appenders = names.map((name) => start({ ...task, name }))
  for (const appender of appenders) {
    assert.deepEqual(await appender.exited, { code: 0, signal: null }, appender.stderr())
  }
  await follower.has(1_000)
  await follower.leave()
  const expected = names.flatMap((name) => valuesOf(numbered(200, `${name}-`)))
  assert.deepEqual(sorted(follower.values()), sorted(expected))
  assertContiguous(follower.records)
})

test('processes that make one file at the same time agree on its topics', async (t) => {
  const under = await openSqliteUnderTest()
  const start = (name: string) => {
    const task = { kind: 'append', topic: 'made-by-all', records: 5, together: 1 } as const
    return startLogMember(under.description, { ...task, name, declarePartitions: 2 })
  }
  const appenders = ['a', 'b', 'c', 'd'].map(start)
  for (const appender of appenders) {
    assert.deepEqual(await appender.exited, { code: 0, signal: null }, appender.stderr())
  }
  const log = await under.open()
  t.after(() => log.close())
  const ends = await log.ends('made-by-all')
  assert.equal(
    ends.reduce((sum, { next }) => sum + next, 0),
    20,
  )
})

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

test('a member that leaves is followed at once, however long its lease', async (t) => {
  const under = await openSqliteUnderTest()
  const options = { path: pathOf(under), leaseMs: HOUR_MS }
  const open = () => openDescribed({ kind: 'sqlite', options })
  const desk = await openDesk(t, async () => ({ ...under, open }))
  const first = joinGroup(desk.log, desk.topic, desk.group)
  await first.until('the first is assigned', () => first.partitions().length === 1)
  const second = joinGroup(await desk.open(), desk.topic, desk.group)
  await first.leave()
  await second.until('the second is assigned', () => second.partitions().length === 1)
  const third = await desk.open()
  const last = joinGroup(third, desk.topic, desk.group)
  await second.leave()
  await last.until('the last is assigned', () => last.partitions().length === 1)
  await third.close()
  const heir = joinGroup(desk.log, desk.topic, desk.group)
  await heir.until('closing is leaving too', () => heir.partitions().length === 1)
  await heir.leave()
  await assert.rejects(last.leave(), { code: 'closed' })
})

test('a compacted topic holds the newest of each key, and what has no key', async (t) => {
  const desk = await openDesk(t, openSqliteUnderTest, { compacted: true, retentionMs: 1 })
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
  const under = await openSqliteUnderTest()
  const clock = shiftedClock()
  const options = { path: pathOf(under), retentionEveryMs: 0 }
  const open = () => openDescribed({ kind: 'sqlite', options }, { clock, trace: silentTrace })
  const { log, topic } = await openDesk(t, async () => ({ ...under, open }), {
    retentionMs: HOUR_MS,
  })
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

test('a member that is long with a batch keeps its group, though others stand by', async (t) => {
  const under = await openSqliteUnderTest()
  const options = { path: pathOf(under), leaseMs: 400 }
  const open = () => openDescribed({ kind: 'sqlite', options })
  const desk = await openDesk(t, async () => ({ ...under, open }))
  await desk.log.append(desk.topic, numbered(1))
  const slow = joinGroup(desk.log, desk.topic, desk.group, {
    commitIf: () => systemClock.sleep(4 * options.leaseMs).then(() => true),
  })
  await slow.has(1)
  const waiting = joinGroup(await desk.open(), desk.topic, desk.group)
  await slow.until('it has committed', () => slow.commits.length === 1)
  assert.deepEqual([slow.commits, waiting.events], [['committed'], []])
  await slow.leave()
  await waiting.leave()
})

test('partitions take turns', async (t) => {
  const { log, topic, group } = await openDesk(t, openSqliteUnderTest, { partitions: 3 })
  await log.append(topic, numbered(60))
  const member = joinGroup(log, topic, group, { batchRecordsMax: 1 })
  await member.has(60)
  await member.leave()
  assert.deepEqual(
    member.records.slice(0, 9).map(({ partition }) => partition),
    [0, 1, 2, 0, 1, 2, 0, 1, 2],
  )
})

test('a batch of large records ends when it is large enough', async (t) => {
  const { log, topic, group } = await openDesk(t, openSqliteUnderTest)
  const value = 'x'.repeat(READ_LENGTH_MAX / 4)
  await log.append(
    topic,
    Array.from({ length: 10 }, () => ({ key: null, value })),
  )
  const member = joinGroup(log, topic, group)
  await member.has(10)
  await member.leave()
  const sizes = member.events.flatMap((event) =>
    event.kind === 'batch' ? [event.batch.records.length] : [],
  )
  assert.deepEqual(sizes, [4, 4, 2])
})

test('a group is told in the log of facts what retention took from it', async (t) => {
  const trace = recordingTrace()
  const under = await openSqliteUnderTest()
  const desk = await openDesk(t, async () => under, { retentionMs: HOUR_MS })
  await desk.log.append(desk.topic, numbered(10))
  const first = joinGroup(desk.log, desk.topic, desk.group, { batchRecordsMax: 4 })
  await first.has(10)
  await first.leave()
  await desk.log.append(desk.topic, numbered(5, 'missed'))
  await under.expire(desk.topic)
  const log = await openDescribed(under.description, { clock: systemClock, trace })
  const second = joinGroup(log, desk.topic, desk.group)
  await second.until('it is assigned', () => second.partitions().length === 1)
  await second.leave()
  await log.close()
  const [gap] = trace.facts.filter(({ kind }) => kind === 'log.gap')
  assert.deepEqual([gap?.partition, gap?.from, gap?.to, gap?.level], [0, 10, 15, 'warn'])
})

test('while another holds the file, appends wait and the process goes on', async (t) => {
  const { log, topic, description } = await openDesk(t, openSqliteUnderTest)
  assert.ok(description.kind === 'sqlite')
  const other = new DatabaseSync(description.options.path)
  other.exec('BEGIN IMMEDIATE')
  let isAnswered = false
  const appended = log.append(topic, numbered(1)).finally(() => {
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
  const under = await openSqliteUnderTest()
  // Ten minutes pass within some seconds.
  const clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() * 100 }
  const trace = recordingTrace()
  const open = () => openDescribed(under.description, { clock, trace })
  const { log, topic, group } = await openDesk(t, async () => ({ ...under, open }))
  const other = new DatabaseSync(pathOf(under))
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
