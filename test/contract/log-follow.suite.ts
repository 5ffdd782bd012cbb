/**
 * The Log contract, followers: readers without a group that keep their own place, and that are told
 * of what retention took from them. Never silent: what a follower was to read is handed out, or is
 * part of a gap.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FollowEvent, Log } from '../../src/ports/log.ts'
import {
  assertContiguous,
  joinGroup,
  numbered,
  startFollowing,
  valuesOf,
} from '../support/log-readers.ts'
import { type OpenLogUnderTest, openDesk } from '../support/log-under-test.ts'

const HOUR_MS = 60 * 60_000

export function logFollowSuite(name: string, open: OpenLogUnderTest): void {
  startTests(name, open)
  waitingTests(name, open)
  retentionTests(name, open)
  longRetentionTests(name, open)
}

const kinds = (events: readonly FollowEvent[]) => events.map(({ kind }) => kind)
const timesCaughtUp = (events: readonly FollowEvent[]) =>
  kinds(events).filter((kind) => kind === 'caught-up').length

function startTests(name: string, open: OpenLogUnderTest): void {
  test(`${name}: a follower from the oldest has all, is told so once, and goes on`, async (t) => {
    const { log, topic } = await openDesk(t, open, { partitions: 3 })
    await log.append(topic, numbered(100))
    const follower = startFollowing(log, topic, 'oldest')
    await follower.until('it is told', () => timesCaughtUp(follower.events) === 1)
    assert.equal(follower.records.length, 100, 'all came before it was told')
    await log.append(topic, numbered(10, 'later'))
    await follower.has(110)
    await follower.leave()
    assert.equal(timesCaughtUp(follower.events), 1)
    assertContiguous(follower.records)
  })

  test(`${name}: a follower of an empty topic is caught up`, async (t) => {
    const { log, topic } = await openDesk(t, open, { partitions: 3 })
    for (const start of ['oldest', 'newest', []] as const) {
      const follower = startFollowing(log, topic, start)
      await follower.until('it is told', () => follower.events.length === 1)
      await follower.leave()
      assert.deepEqual(kinds(follower.events), ['caught-up'])
    }
  })

  test(`${name}: a follower from the newest has only what comes from then on`, async (t) => {
    const { log, topic } = await openDesk(t, open)
    await log.append(topic, numbered(10))
    const follower = startFollowing(log, topic, 'newest')
    await follower.until('it is caught up', () => follower.events.length === 1)
    await log.append(topic, numbered(3, 'later'))
    await follower.has(3)
    await follower.leave()
    assert.deepEqual(follower.values(), valuesOf(numbered(3, 'later')))
  })

  test(`${name}: a follower begins at the offsets it names, elsewhere at the oldest`, async (t) => {
    const { log, topic } = await openDesk(t, open, { partitions: 3 })
    await log.append(topic, numbered(60))
    const [zero, one] = await log.ends(topic)
    const start = [
      { partition: 0, offset: 4 },
      { partition: 1, offset: one?.next ?? 0 },
    ]
    const follower = startFollowing(log, topic, start)
    await follower.until('it is caught up', () => timesCaughtUp(follower.events) === 1)
    await follower.leave()
    const own = (p: number) => follower.records.filter(({ partition }) => partition === p)
    assert.deepEqual(own(0).map(({ offset }) => offset)[0], 4)
    assert.equal(own(0).length, (zero?.next ?? 0) - 4)
    assert.deepEqual(own(1), [])
    assertContiguous(own(2))
    assert.ok(own(2).length > 0)
  })
}

function waitingTests(name: string, open: OpenLogUnderTest): void {
  test(`${name}: what another client appends wakes a follower`, async (t) => {
    const { log, topic, open: another } = await openDesk(t, open)
    const follower = startFollowing(log, topic, 'newest')
    await follower.until('it is caught up', () => follower.events.length === 1)
    const other = await another()
    for (let count = 1; count <= 5; count += 1) {
      await other.append(topic, numbered(1))
      await follower.has(count)
    }
    await follower.leave()
  })

  test(`${name}: followers and groups do not disturb each other`, async (t) => {
    const { log, topic, group } = await openDesk(t, open)
    await log.append(topic, numbered(20))
    const followers = [startFollowing(log, topic, 'oldest'), startFollowing(log, topic, 'oldest')]
    for (const follower of followers) await follower.has(20)
    assert.deepEqual(await log.lag(topic, group), [{ partition: 0, records: 20 }])
    const member = joinGroup(log, topic, group)
    await member.has(20)
    for (const reader of [member, ...followers]) await reader.leave()
  })

  test(`${name}: a follower that stops asking goes on where it stood`, async (t) => {
    const { log, topic } = await openDesk(t, open)
    await log.append(topic, numbered(300))
    const stop = new AbortController()
    const values: string[] = []
    for await (const event of log.follow(topic, 'oldest', stop.signal)) {
      if (event.kind !== 'records') continue
      if (values.length === 0) await log.append(topic, numbered(10, 'later'))
      values.push(...valuesOf(event.records))
      if (values.length === 310) break
    }
    stop.abort()
    assert.deepEqual(values, valuesOf([...numbered(300), ...numbered(10, 'later')]))
  })

  test(`${name}: follow ends when the signal is aborted, also before it began`, async (t) => {
    const { log, topic } = await openDesk(t, open)
    const follower = startFollowing(log, topic, 'oldest')
    await follower.until('it is caught up', () => follower.events.length === 1)
    await follower.leave()
    await startFollowing(log, topic, 'oldest').leave()
  })
}

function retentionTests(name: string, open: OpenLogUnderTest): void {
  test(`${name}: retention moves the first offset and never the next one`, async (t) => {
    const { log, topic, expire } = await openDesk(t, open, { retentionMs: HOUR_MS })
    await log.append(topic, numbered(10))
    await expire(topic)
    assert.deepEqual(await log.ends(topic), [{ partition: 0, first: 10, next: 10 }])
    assert.deepEqual(await log.append(topic, numbered(1)), [{ partition: 0, offset: 10 }])
    const follower = startFollowing(log, topic, 'oldest')
    await follower.until('it is caught up', () => timesCaughtUp(follower.events) === 1)
    await follower.leave()
    assert.deepEqual(kinds(follower.events), ['records', 'caught-up'], 'the oldest kept: no gap')
  })

  test(`${name}: a follower whose place retention removed is told of the gap`, async (t) => {
    const { log, topic, expire } = await openDesk(t, open, { retentionMs: HOUR_MS })
    await log.append(topic, numbered(10))
    await expire(topic)
    await log.append(topic, numbered(5, 'later'))
    const follower = startFollowing(log, topic, [{ partition: 0, offset: 3 }])
    await follower.has(5)
    await follower.leave()
    assert.deepEqual(follower.events[0], { kind: 'gap', partition: 0, from: 3, to: 10 })
    assert.deepEqual(follower.values(), valuesOf(numbered(5, 'later')))
  })

  test(`${name}: retention while following leaves a gap that is told, never silence`, async (t) => {
    const { log, topic, expire } = await openDesk(t, open, { retentionMs: HOUR_MS })
    await log.append(topic, numbered(10))
    const stop = new AbortController()
    let covered = 0
    let gaps = 0
    for await (const event of log.follow(topic, 'oldest', stop.signal)) {
      if (event.kind === 'caught-up') continue
      const isFirst = covered === 0
      covered = assertFollowsOn(event, covered)
      if (event.kind === 'gap') gaps += 1
      if (isFirst) await appendMoreThanIsReadAhead(log, topic)
      if (isFirst) await expire(topic)
      if (isFirst) await log.append(topic, [{ key: null, value: 'last' }])
      if (event.kind === 'records' && event.records.at(-1)?.value === 'last') break
    }
    stop.abort()
    assert.ok(gaps > 0, 'it was told')
    assert.equal(covered, (await log.ends(topic))[0]?.next)
  })
}

function longRetentionTests(name: string, open: OpenLogUnderTest): void {
  test(`${name}: a group whose place retention removed goes on with the oldest kept`, async (t) => {
    const { log, topic, group, expire } = await openDesk(t, open, { retentionMs: HOUR_MS })
    await log.append(topic, numbered(10))
    const first = joinGroup(log, topic, group, {
      batchRecordsMax: 2,
      commitIf: (records) => records[0]?.offset === 0,
    })
    await first.has(4)
    await first.leave()
    await expire(topic)
    await log.append(topic, numbered(3, 'later'))
    assert.deepEqual(await log.lag(topic, group), [{ partition: 0, records: 3 }])
    const second = joinGroup(log, topic, group)
    await second.has(3)
    await second.leave()
    assert.deepEqual(second.values(), valuesOf(numbered(3, 'later')))
  })

  test(`${name}: a compacted topic keeps the newest record of each key for ever`, async (t) => {
    const { log, topic } = await openDesk(t, open, { compacted: true })
    for (const round of ['one', 'two', 'three']) {
      await log.append(topic, [
        { key: 'a', value: `a ${round}` },
        { key: 'b', value: `b ${round}` },
      ])
    }
    await log.append(topic, [{ key: 'c', value: 'c once' }])
    const follower = startFollowing(log, topic, 'oldest')
    await follower.until('it is caught up', () => timesCaughtUp(follower.events) === 1)
    await follower.leave()
    const newest = new Map(follower.records.map(({ key, value }) => [key, value]))
    assert.deepEqual([...newest].sort(), [
      ['a', 'a three'],
      ['b', 'b three'],
      ['c', 'c once'],
    ])
    assert.deepEqual(
      follower.events.filter(({ kind }) => kind === 'gap'),
      [],
      'holes are no gaps',
    )
  })
}

/** The offset up to which everything has been handed out or told, now with this event. */
function assertFollowsOn(
  event: Exclude<FollowEvent, { kind: 'caught-up' }>,
  covered: number,
): number {
  if (event.kind === 'gap') {
    assert.equal(event.from, covered)
    assert.ok(event.to > event.from)
    return event.to
  }
  assertContiguous(event.records, covered)
  return covered + event.records.length
}

async function appendMoreThanIsReadAhead(log: Log, topic: string): Promise<void> {
  const value = 'x'.repeat(500_000)
  const records = Array.from({ length: 8 }, () => ({ key: null, value }))
  for (let round = 0; round < 6; round += 1) await log.append(topic, records)
}
