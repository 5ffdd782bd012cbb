/**
 * The log in a SQLite file takes the suite of the port, and tests of what only it does: processes
 * that share one file, and members of which one reads and the others stand by.
 */
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { READ_LENGTH_MAX } from '../../src/adapters/sqlite-log/records.ts'
import { systemClock } from '../../src/adapters/system-clock.ts'
import { openDescribed } from '../support/log-description.ts'
import { startLogMember } from '../support/log-member.ts'
import {
  assertContiguous,
  joinGroup,
  numbered,
  sorted,
  startFollowing,
  valuesOf,
} from '../support/log-readers.ts'
import { openDesk } from '../support/log-under-test.ts'
import { HOUR_MS, openSqliteDesk, openSqliteUnderTest, pathOf } from '../support/sqlite-log.ts'
import { recordingTrace } from '../support/traces.ts'
import { logSuite } from './log.suite.ts'

logSuite('sqlite-log', openSqliteUnderTest)

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

test('a member that leaves is followed at once, however long its lease', async (t) => {
  const desk = await openSqliteDesk(t, { leaseMs: HOUR_MS })
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

test('a member that is long with a batch keeps its group, though others stand by', async (t) => {
  // A renewal that takes half a second on a busy disk must not come too late.
  const leaseMs = 2_000
  const desk = await openSqliteDesk(t, { leaseMs })
  await desk.log.append(desk.topic, numbered(1))
  const slow = joinGroup(desk.log, desk.topic, desk.group, {
    commitIf: () => systemClock.sleep(2 * leaseMs).then(() => true),
  })
  await slow.has(1)
  const waiting = joinGroup(await desk.open(), desk.topic, desk.group)
  await slow.until('it has committed', () => slow.commits.length === 1)
  assert.deepEqual([slow.commits, waiting.events], [['committed'], []])
  await slow.leave()
  await waiting.leave()
})

test('who has lost its lease is given nothing more, even before it could renew', async (t) => {
  const desk = await openSqliteDesk(t, { leaseMs: HOUR_MS })
  const member = joinGroup(desk.log, desk.topic, desk.group)
  await member.until('it is assigned', () => member.partitions().length === 1)
  const other = new DatabaseSync(pathOf(desk))
  other.exec("UPDATE leases SET generation = generation + 1, member = 'another'")
  await desk.log.append(desk.topic, numbered(1))
  await member.until('it is told', () => member.partitions().length === 0)
  await member.leave()
  assert.deepEqual(member.records, [])
  assert.equal(other.prepare('SELECT member FROM leases').get()?.member, 'another')
  other.close()
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
