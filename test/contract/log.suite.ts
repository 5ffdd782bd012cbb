/**
 * What every Log must do. An adapter takes the whole suite from its own test file and declares
 * where it differs (see LogUnderTest). Topics and groups have names of their own in every test, so
 * a real broker that outlives the tests will do. No test looks at absolute times.
 *
 * This file: records going in and what is known about topics. Groups and followers have files of
 * their own beside it.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LogError, type LogErrorCode } from '../../src/ports/log.ts'
import {
  assertContiguous,
  byPartition,
  joinGroup,
  numbered,
  startFollowing,
  valuesOf,
} from '../support/log-readers.ts'
import { newName, type OpenLogUnderTest, openDesk } from '../support/log-under-test.ts'
import { logFollowSuite } from './log-follow.suite.ts'
import { logGroupSuite } from './log-group.suite.ts'
import { logProcessSuite } from './log-process.suite.ts'

export function logSuite(name: string, open: OpenLogUnderTest): void {
  appendTests(name, open)
  valueTests(name, open)
  topicTests(name, open)
  errorTests(name, open)
  logGroupSuite(name, open)
  logFollowSuite(name, open)
  logProcessSuite(name, open)
}

function appendTests(name: string, open: OpenLogUnderTest): void {
  test(`${name}: append tells the positions of the records, in the order given`, async (t) => {
    const { log, topic } = await openDesk(t, open, { partitions: 3 })
    const records = numbered(60)
    const positions = await log.append(topic, records)
    const follower = startFollowing(log, topic, 'oldest')
    await follower.has(60)
    await follower.leave()
    const placeOf = new Map(follower.records.map((one) => [one.value, one]))
    for (const [index, { value }] of records.entries()) {
      const { partition, offset } = placeOf.get(value) ?? {}
      assert.deepEqual(positions[index], { partition, offset }, value)
    }
    assertContiguous(follower.records)
    assert.equal(byPartition(follower.records).size, 3)
  })

  test(`${name}: equal keys share a partition and keep their order`, async (t) => {
    const { log, topic, open: another } = await openDesk(t, open, { partitions: 3 })
    const other = await another()
    for (let round = 0; round < 10; round += 1) {
      const records = Array.from({ length: 12 }, (_, key) => ({
        key: `k${key}`,
        value: `${round}`,
      }))
      await (round % 2 === 0 ? log : other).append(topic, records)
    }
    const member = joinGroup(log, topic, newName('group'))
    await member.has(120)
    await member.leave()
    for (const [key, own] of Map.groupBy(member.records, (record) => record.key)) {
      assert.deepEqual(valuesOf(own), [...'0123456789'], `values of ${key}`)
      assert.equal(new Set(own.map(({ partition }) => partition)).size, 1, `partitions of ${key}`)
    }
  })

  test(`${name}: appends that do not wait for each other keep their order`, async (t) => {
    const { log, topic } = await openDesk(t, open)
    const records = numbered(50, 'v', 'one')
    const placed = await Promise.all(records.map((record) => log.append(topic, [record])))
    assert.deepEqual(
      placed.flat().map(({ offset }) => offset),
      records.map((_, index) => index),
    )
  })

  test(`${name}: an append of nothing places nothing`, async (t) => {
    const { log, topic } = await openDesk(t, open)
    assert.deepEqual(await log.append(topic, []), [])
    assert.deepEqual(await log.ends(topic), [{ partition: 0, first: 0, next: 0 }])
  })
}

const STRANGE_VALUES = [
  ...['', ' ', 'null', '{"piano":1}', 'è 漢字 🏢 \u2028', 'a\u0000b', '\n\r\t', '\ufeffbom'],
]

function valueTests(name: string, open: OpenLogUnderTest): void {
  test(`${name}: keys and values come out as they went in`, async (t) => {
    const { log, topic } = await openDesk(t, open)
    const records = STRANGE_VALUES.flatMap((text) => [
      { key: null, value: text },
      { key: `k${text}`, value: text },
    ])
    await log.append(topic, records)
    const member = joinGroup(log, topic, newName('group'))
    await member.has(records.length)
    await member.leave()
    assert.deepEqual(
      member.records.map(({ key, value }) => ({ key, value })),
      records,
    )
  })

  test(`${name}: many large records go in with one append and come out in order`, async (t) => {
    const { log, topic } = await openDesk(t, open)
    const records = numbered(8, 'large', 'one').map(({ key, value }) => ({
      key,
      value: `${value}${'é'.repeat(NEARLY_TOO_LARGE_BYTES / 2)}`,
    }))
    const placed = await log.append(topic, records)
    assert.deepEqual(
      placed.map(({ offset }) => offset),
      [0, 1, 2, 3, 4, 5, 6, 7],
    )
    const member = joinGroup(log, topic, newName('group'))
    await member.has(8)
    await member.leave()
    assert.deepEqual(member.values(), valuesOf(records))
  })

  test(`${name}: a record knows when the log took it`, async (t) => {
    const { log, topic } = await openDesk(t, open)
    const beforeMs = Date.now()
    await log.append(topic, numbered(1))
    const afterMs = Date.now()
    const follower = startFollowing(log, topic, 'oldest')
    await follower.has(1)
    await follower.leave()
    const appendedMs = follower.records[0]?.appendedMs ?? Number.NaN
    assert.ok(appendedMs >= beforeMs && appendedMs <= afterMs, `${appendedMs} is when it was taken`)
  })
}

function topicTests(name: string, open: OpenLogUnderTest): void {
  test(`${name}: declaring again leaves topics and records as they are`, async (t) => {
    const { log, topic, open: another } = await openDesk(t, open, { partitions: 3 })
    await log.append(topic, numbered(9))
    const before = [await log.ends(topic), await log.generation(topic)]
    const other = await another()
    const added = newName('topic')
    await other.declare([
      { name: topic, partitions: 5 },
      { name: added, partitions: 2 },
    ])
    assert.deepEqual([await other.ends(topic), await other.generation(topic)], before)
    assert.deepEqual(await log.ends(added), [
      { partition: 0, first: 0, next: 0 },
      { partition: 1, first: 0, next: 0 },
    ])
  })

  test(`${name}: two clients that declare the same topics at once both succeed`, async (t) => {
    const { log, open: another } = await openDesk(t, open)
    const other = await another()
    const topics = ['a', 'b', 'c'].map((one) => ({ name: newName(one), partitions: 2 }))
    await Promise.all([log.declare(topics), other.declare(topics)])
    for (const { name: one } of topics) assert.equal((await log.ends(one)).length, 2)
  })

  test(`${name}: a topic has one generation for all clients, and each topic its own`, async (t) => {
    const { log, topic, open: another } = await openDesk(t, open)
    const generation = await log.generation(topic)
    assert.ok(generation.length > 0)
    await log.append(topic, numbered(1))
    assert.equal(await (await another()).generation(topic), generation)
    const second = newName('topic')
    await log.declare([{ name: second, partitions: 1 }])
    assert.notEqual(await log.generation(second), generation)
  })

  test(`${name}: ends and lag count by partition`, async (t) => {
    const { log, topic, group } = await openDesk(t, open, { partitions: 3 })
    const placed = await log.append(topic, numbered(30))
    const counts = [0, 1, 2].map((p) => placed.filter(({ partition }) => partition === p).length)
    const ends = counts.map((next, partition) => ({ partition, first: 0, next }))
    assert.deepEqual(await log.ends(topic), ends)
    const all = counts.map((records, partition) => ({ partition, records }))
    assert.deepEqual(await log.lag(topic, group), all, 'a group without a commit')
    const member = joinGroup(log, topic, group)
    await member.until('all is committed', () => member.records.length === 30)
    await member.leave()
    await log.append(topic, [{ key: 'v0', value: 'later' }])
    const later = placed[0]?.partition
    const lag = [0, 1, 2].map((partition) => ({ partition, records: partition === later ? 1 : 0 }))
    assert.deepEqual(await log.lag(topic, group), lag)
    assert.deepEqual(await log.lag(topic, newName('group')), [
      ...(await log.ends(topic)).map(({ partition, next }) => ({ partition, records: next })),
    ])
  })
}

/** Both adapters take a record of 1 MiB less what they add to it. */
const NEARLY_TOO_LARGE_BYTES = 1_000_000
const TOO_LARGE_BYTES = 2_000_000

function errorTests(name: string, open: OpenLogUnderTest): void {
  test(`${name}: a topic that does not exist is refused with a sentence`, async (t) => {
    const { log } = await openDesk(t, open)
    const nobody = newName('nobody')
    const signal = new AbortController().signal
    const first = (all: AsyncIterable<unknown>) => all[Symbol.asyncIterator]().next()
    await rejects('unknown-topic', () => log.append(nobody, numbered(1)))
    await rejects('unknown-topic', () => log.ends(nobody))
    await rejects('unknown-topic', () => log.lag(nobody, newName('group')))
    await rejects('unknown-topic', () => log.generation(nobody))
    await rejects('unknown-topic', () => first(log.follow(nobody, 'oldest', signal)))
    await rejects('unknown-topic', () =>
      first(log.consume(nobody, newName('group'), signal, { batchRecordsMax: 1 })),
    )
  })

  test(`${name}: a record that is too large is refused, and the next one is taken`, async (t) => {
    const { log, topic } = await openDesk(t, open)
    const large = { key: 'k', value: 'x'.repeat(TOO_LARGE_BYTES) }
    await rejects('record-too-large', () => log.append(topic, [large]))
    await rejects('record-too-large', () => log.append(topic, [{ key: large.value, value: '' }]))
    const beyondAscii = { key: 'k', value: '漢'.repeat(TOO_LARGE_BYTES / 3) }
    await rejects('record-too-large', () => log.append(topic, [beyondAscii]))
    assert.deepEqual(await log.append(topic, numbered(1)), [{ partition: 0, offset: 0 }])
  })

  test(`${name}: a closed log says so`, async (t) => {
    const { topic, open: another } = await openDesk(t, open)
    const log = await another()
    await log.close()
    await log.close()
    await rejects('closed', () => log.append(topic, numbered(1)))
    await rejects('closed', () => log.ends(topic))
  })

  test(`${name}: readers whose log is closed under them are told so`, async (t) => {
    const { topic, group, open: another } = await openDesk(t, open)
    const log = await another()
    const member = joinGroup(log, topic, group)
    const follower = startFollowing(log, topic, 'oldest')
    await member.until('it is assigned', () => member.partitions().length === 1)
    await follower.until('it is caught up', () => follower.caughtUp())
    await log.close()
    await rejects('closed', () => member.until('it ends', () => false))
    await rejects('closed', () => follower.until('it ends', () => false))
  })
}

async function rejects(code: LogErrorCode, ask: () => Promise<unknown>): Promise<void> {
  await assert.rejects(ask, (error: unknown) => {
    assert.ok(error instanceof LogError, `a LogError, not ${String(error)}`)
    assert.equal(error.code, code)
    assert.match(error.remedy, /^[A-Z].*\.$/, 'the remedy is a sentence')
    return true
  })
}
