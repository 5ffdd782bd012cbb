/**
 * The Log contract, groups: where a member begins, what a commit covers, and that members of one
 * process do not disturb each other. Real processes that die or sleep: log-process.suite.ts.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertContiguous, joinGroup, numbered, sorted, valuesOf } from '../support/log-readers.ts'
import { newName, type OpenLogUnderTest, openDesk } from '../support/log-under-test.ts'

export function logGroupSuite(name: string, open: OpenLogUnderTest): void {
  batchTests(name, open)
  commitTests(name, open)
  separateTests(name, open)
  memberTests(name, open)
}

function batchTests(name: string, open: OpenLogUnderTest): void {
  test(`${name}: a member is told its place, then given batches that follow on`, async (t) => {
    const { log, topic, group } = await openDesk(t, open, { partitions: 3 })
    await log.append(topic, numbered(100))
    const member = joinGroup(log, topic, group, { batchRecordsMax: 7 })
    await member.has(100)
    await log.append(topic, numbered(20, 'later'))
    await member.has(120)
    await member.leave()
    const expected = new Map<number, number>()
    for (const event of member.events) {
      if (event.kind === 'assigned') expected.set(event.partition, event.nextOffset)
      if (event.kind !== 'batch') continue
      for (const { partition, offset } of event.batch.records) {
        assert.deepEqual({ partition, offset }, { partition, offset: expected.get(partition) })
        expected.set(partition, offset + 1)
      }
    }
    assertContiguous(member.records)
  })

  test(`${name}: no batch is empty or larger than asked for`, async (t) => {
    const { log, topic, group } = await openDesk(t, open)
    await log.append(topic, numbered(25))
    const member = joinGroup(log, topic, group, { batchRecordsMax: 4 })
    await member.has(25)
    await member.leave()
    for (const event of member.events) {
      if (event.kind !== 'batch') continue
      const { partition, records } = event.batch
      assert.ok(records.length >= 1 && records.length <= 4, `${records.length} records`)
      assert.ok(records.every((record) => record.partition === partition))
    }
  })

  test(`${name}: what another client appends wakes a waiting member`, async (t) => {
    const { log, topic, group, open: another } = await openDesk(t, open)
    const member = joinGroup(log, topic, group)
    await member.until('it is assigned', () => member.partitions().length === 1)
    const other = await another()
    for (let count = 1; count <= 5; count += 1) {
      await other.append(topic, numbered(1))
      await member.has(count)
    }
    await member.leave()
  })

  test(`${name}: consume ends when the signal is aborted, also before it began`, async (t) => {
    const { log, topic, group } = await openDesk(t, open)
    const member = joinGroup(log, topic, group)
    await member.until('it is assigned', () => member.partitions().length === 1)
    await member.leave()
    const late = joinGroup(log, topic, group)
    await late.leave()
    assert.deepEqual(late.records, [])
  })
}

function commitTests(name: string, open: OpenLogUnderTest): void {
  test(`${name}: after a clean stop a group goes on behind its last commit`, async (t) => {
    const { log, topic, group, open: another } = await openDesk(t, open)
    await log.append(topic, numbered(10))
    const first = joinGroup(log, topic, group, { batchRecordsMax: 5 })
    await first.has(10)
    await first.leave()
    await log.append(topic, numbered(5, 'later'))
    const second = joinGroup(await another(), topic, group)
    await second.has(5)
    await second.leave()
    assert.deepEqual(second.values(), valuesOf(numbered(5, 'later')))
  })

  test(`${name}: what was not committed comes again`, async (t) => {
    const { log, topic, group } = await openDesk(t, open)
    await log.append(topic, numbered(10))
    const first = joinGroup(log, topic, group, {
      batchRecordsMax: 2,
      commitIf: (records) => records.some(({ offset }) => offset === 0),
    })
    await first.has(10)
    await first.leave()
    const second = joinGroup(log, topic, group)
    await second.has(8)
    await second.leave()
    assert.deepEqual(valuesOf(second.records), valuesOf(numbered(10).slice(2)))
  })

  test(`${name}: a commit covers all earlier batches of its partition`, async (t) => {
    const { log, topic, group } = await openDesk(t, open)
    await log.append(topic, numbered(10))
    const first = joinGroup(log, topic, group, {
      batchRecordsMax: 2,
      commitIf: (records) => records.some(({ offset }) => offset === 7),
    })
    await first.has(10)
    await first.leave()
    assert.deepEqual(first.commits, ['committed'])
    const second = joinGroup(log, topic, group)
    await second.has(2)
    await second.leave()
    assert.deepEqual(second.values(), ['v8', 'v9'])
  })

  test(`${name}: a late commit of an earlier batch does not take the group back`, async (t) => {
    const { log, topic, group } = await openDesk(t, open)
    await log.append(topic, numbered(6))
    const stop = new AbortController()
    const batches = []
    for await (const event of log.consume(topic, group, stop.signal, { batchRecordsMax: 2 })) {
      if (event.kind === 'batch') batches.push(event.batch)
      if (batches.length < 3) continue
      assert.equal(await batches[2]?.commit(), 'committed')
      await batches[0]?.commit()
      break
    }
    stop.abort()
    assert.deepEqual(await log.lag(topic, group), [{ partition: 0, records: 0 }])
  })
}

function separateTests(name: string, open: OpenLogUnderTest): void {
  test(`${name}: groups do not see each other`, async (t) => {
    const { log, topic, group } = await openDesk(t, open)
    await log.append(topic, numbered(10))
    const members = [joinGroup(log, topic, group), joinGroup(log, topic, newName('group'))]
    for (const member of members) await member.has(10)
    for (const member of members) await member.leave()
    for (const member of members) assert.deepEqual(member.values(), valuesOf(numbered(10)))
  })

  test(`${name}: one group may read several topics`, async (t) => {
    const { log, topic, group } = await openDesk(t, open)
    const second = newName('topic')
    await log.declare([{ name: second, partitions: 1 }])
    await log.append(topic, numbered(3, 'first'))
    await log.append(second, numbered(4, 'second'))
    const members = [joinGroup(log, topic, group), joinGroup(log, second, group)]
    await members[0]?.has(3)
    await members[1]?.has(4)
    for (const member of members) await member.leave()
    assert.deepEqual(await log.lag(topic, group), [{ partition: 0, records: 0 }])
    assert.deepEqual(await log.lag(second, group), [{ partition: 0, records: 0 }])
  })
}

function memberTests(name: string, open: OpenLogUnderTest): void {
  test(`${name}: two members work as declared, and one takes over from the other`, async (t) => {
    const { log, topic, group, groups, open: another } = await openDesk(t, open, { partitions: 4 })
    const first = joinGroup(log, topic, group)
    await first.until('the first has all', () => first.partitions().length === 4)
    const second = joinGroup(await another(), topic, group)
    if (groups === 'shares-partitions') {
      const isShared = () => first.partitions().length === 2 && second.partitions().length === 2
      await second.until('both have partitions', isShared)
    }
    await log.append(topic, numbered(100))
    const both = () => new Set([...first.values(), ...second.values()])
    await first.until('all has come', () => both().size === 100)
    assert.equal(second.records.length > 0, groups === 'shares-partitions')
    await first.leave()
    await second.until('the second has all', () => second.partitions().length === 4)
    await log.append(topic, numbered(50, 'later'))
    await second.until('all that came later', () => both().size === 150)
    await second.leave()
    const everything = [...numbered(100), ...numbered(50, 'later')]
    assert.deepEqual(sorted([...both()]), sorted(valuesOf(everything)))
    assert.deepEqual(await totalLag(log, topic, group), 0)
  })

  test(`${name}: a member that takes one batch and never asks again holds nobody up`, async (t) => {
    const { log, topic, group } = await openDesk(t, open)
    await log.append(topic, numbered(200))
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const stalled = joinGroup(log, topic, group, {
      batchRecordsMax: 10,
      commitIf: () => held.then(() => true),
    })
    await stalled.has(10)
    const other = joinGroup(log, topic, newName('group'))
    await log.append(topic, numbered(200, 'later'))
    await other.has(400)
    await other.leave()
    assert.equal(stalled.records.length, 10)
    release()
    await stalled.has(400)
    await stalled.leave()
    assert.deepEqual(stalled.values(), other.values())
  })
}

async function totalLag(log: { lag: Lag }, topic: string, group: string): Promise<number> {
  const lags = await log.lag(topic, group)
  return lags.reduce((sum, { records }) => sum + records, 0)
}
type Lag = (topic: string, group: string) => Promise<readonly { records: number }[]>
