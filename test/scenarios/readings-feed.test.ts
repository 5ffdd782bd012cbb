/**
 * Readings on their way to whoever looks on, over a log that is there, has a long past, or is away.
 */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { seededRandom } from '../../src/adapters/seeded-random.ts'
import { systemClock } from '../../src/adapters/system-clock.ts'
import { createReadingsFeed, START_RECORDS_MAX } from '../../src/live/readings-feed.ts'
import { READINGS_TOPIC } from '../../src/model/topics.ts'
import type { Log } from '../../src/ports/log.ts'
import { eventually } from '../support/eventually.ts'
import { scriptedLog } from '../support/scripted-log.ts'
import { recordingTrace } from '../support/traces.ts'

const START_MS = Date.UTC(2026, 0, 5)

function reading(piano: number, second: number) {
  const timestamp = new Date(START_MS + second * 1000).toISOString()
  return { key: String(piano), value: JSON.stringify({ piano, timestamp, sensore2_kw: second }) }
}

function startFeed(t: TestContext, log: Log) {
  const trace = recordingTrace()
  const world = { clock: systemClock, log, trace, random: seededRandom('feed') }
  const feed = createReadingsFeed(world, READINGS_TOPIC)
  const ending = new AbortController()
  const running = feed.run(ending.signal)
  t.after(async () => {
    ending.abort(new Error('stopped'))
    await running
  })
  const heard: string[] = []
  const listen = () => feed.listen(({ floor, text }) => heard.push(`${floor}:${kwOf(text)}`))
  return { feed, trace, heard, listen, newest: () => feed.newest().map(({ text }) => kwOf(text)) }
}

const kwOf = (text: string): unknown => JSON.parse(text).sensore2_kw

test('who comes is told the newest of each floor, then all that is news', async (t) => {
  const log = scriptedLog()
  await log.append(READINGS_TOPIC, [reading(1, 1), reading(2, 2), reading(1, 3)])
  const { feed, heard, listen, newest } = startFeed(t, log)
  await eventually('both floors are known', () => feed.newest().length === 2)
  assert.deepEqual(newest().sort(), [2, 3])
  const leave = listen()
  await log.append(READINGS_TOPIC, [reading(1, 4), reading(1, 2), reading(1, 5)])
  await eventually('the news have come', () => heard.length === 2)
  assert.deepEqual(heard, ['1:4', '1:5'])
  leave()
  await log.append(READINGS_TOPIC, [reading(1, 6)])
  await eventually('it goes on', () => newest().includes(6))
  assert.equal(heard.length, 2)
})

test('of a long past only the end is read, and no group is joined', async (t) => {
  const log = scriptedLog(1)
  const past = Array.from({ length: START_RECORDS_MAX + 50 }, (_, i) => reading(i + 1, i))
  await log.append(READINGS_TOPIC, past)
  const { feed } = startFeed(t, log)
  await eventually('the end is read', () =>
    feed.newest().some(({ floor }) => floor === past.length),
  )
  assert.equal(feed.newest()[0]?.floor, 51)
  assert.equal(log.committed(0), 0)
})

test('while the log is away nothing comes; once it is back everything does', async (t) => {
  const log = scriptedLog()
  let isAway = true
  log.isAway = () => isAway
  const { feed, trace, heard, listen } = startFeed(t, log)
  listen()
  await eventually('it waits', () => trace.count('log.waiting') > 0)
  assert.deepEqual(feed.newest(), [])
  isAway = false
  await log.append(READINGS_TOPIC, [reading(3, 1)])
  await eventually('the reading has come', () => heard.length > 0 || feed.newest().length > 0)
  isAway = true
  isAway = false
  await log.append(READINGS_TOPIC, [reading(3, 2)])
  await eventually('and the next', () => heard.at(-1) === '3:2')
})

test('a listener that fails leaves; the others hear on', async (t) => {
  const log = scriptedLog()
  const { feed, trace, heard, listen } = startFeed(t, log)
  feed.listen(() => {
    throw new Error('broken')
  })
  listen()
  await log.append(READINGS_TOPIC, [reading(1, 1)])
  await log.append(READINGS_TOPIC, [reading(1, 2)])
  await eventually('both are heard', () => heard.includes('1:2'))
  assert.equal(trace.count('live.listener-failed'), 1)
})
