/**
 * Notifications of several coordinators over one alerts log: all show the same, nothing is shown
 * twice, and requests are answered whatever the log does.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ASK_MS_MAX, ASKS_IN_FLIGHT_MAX } from '../../src/live/asks.ts'
import { READ_IDS_MAX } from '../../src/live/followed-live.ts'
import { ALERTS_TOPIC } from '../../src/model/topics.ts'
import { eventually } from '../support/eventually.ts'
import { foreignAlert, Listener, raise, ready, settle, startLive } from '../support/live-world.ts'
import { manualClock } from '../support/manual-clock.ts'
import { scriptedLog, unavailable } from '../support/scripted-log.ts'

const values = (log: ReturnType<typeof scriptedLog>) =>
  log.records(ALERTS_TOPIC).map(({ value }) => JSON.parse(value))

test('what our detector raises every coordinator shows, in the order of the log', async (t) => {
  const log = scriptedLog(1)
  const [a, b] = [startLive(t, log), startLive(t, log)]
  await raise(log, 'x', 'y')
  await ready(a, b)
  await raise(log, 'z', 'x')
  for (const live of [a, b]) {
    await eventually('all are there', () => live.ids().length === 3)
    assert.deepEqual(live.ids(), ['x', 'y', 'z'])
    assert.equal(live.unread(), 3)
  }
})

test('one alert broadcast at two coordinators at the same time is shown once', async (t) => {
  const log = scriptedLog(1)
  const [a, b] = [startLive(t, log), startLive(t, log)]
  await ready(a, b)
  const listener = new Listener().connect(b)
  const alert = foreignAlert(0, ['kw_over', 'amp_over'])
  const outcomes = await Promise.all([a.broadcast(alert), b.broadcast(alert)])
  assert.equal(log.records(ALERTS_TOPIC).length, 4)
  const accepted = outcomes.map((one) => (one.kind === 'done' ? one.accepted : Number.NaN))
  assert.deepEqual(accepted.toSorted(), [0, 2])
  await settle()
  assert.equal(listener.heard().length, 2)
  assert.deepEqual(a.ids(), b.ids())
  assert.equal(a.unread(), 2)
})

test('the window of repeats goes by the time of the records, on every coordinator', async (t) => {
  const log = scriptedLog(1)
  let wallMs = 1_000_000
  log.wallMs = () => wallMs
  const live = startLive(t, log, { bufferSize: 1 })
  await live.broadcast(foreignAlert(0))
  await live.broadcast(foreignAlert(1))
  wallMs += 19_999
  const soon = await live.broadcast(foreignAlert(0))
  assert.deepEqual(soon, { kind: 'done', accepted: 0, suppressed: 1 })
  wallMs += 20_000
  const later = await live.broadcast(foreignAlert(0))
  assert.deepEqual(later, { kind: 'done', accepted: 1, suppressed: 0 })
  const other = startLive(t, log, { bufferSize: 1 })
  await ready(other)
  assert.deepEqual(other.ids(), live.ids())
})

test('reading at one coordinator is seen at the other, and survives a restart', async (t) => {
  const log = scriptedLog(1)
  const [a, b] = [startLive(t, log), startLive(t, log)]
  await raise(log, 'x', 'y', 'z')
  await ready(a, b)
  assert.deepEqual(await a.markRead(['y', 'nobody']), { kind: 'done', unread: 2 })
  assert.deepEqual(await b.markRead([]), { kind: 'done', unread: 1 })
  assert.deepEqual(await a.markRead(['nobody']), { kind: 'done', unread: 1 })
  await a.stop()
  const restarted = startLive(t, log)
  await ready(restarted)
  assert.deepEqual([restarted.unread(), b.unread()], [1, 1])
  assert.deepEqual(restarted.ids(), ['x', 'y', 'z'])
})

test('ids that no notification can have are not written, and no empty list', async (t) => {
  const log = scriptedLog(1)
  const live = startLive(t, log)
  await raise(log, 'x')
  await ready(live)
  assert.deepEqual(await live.markRead(['i'.repeat(10_000)]), { kind: 'done', unread: 1 })
  assert.equal(log.records(ALERTS_TOPIC).length, 1)
})

test('a long list of ids travels in several records', async (t) => {
  const log = scriptedLog(1)
  const live = startLive(t, log)
  await raise(log, 'x', 'y')
  await ready(live)
  const ids = Array.from({ length: READ_IDS_MAX + 1 }, (_, i) => `id ${i}`)
  await live.markRead([...ids, ...live.ids()])
  const reads = values(log).filter(({ kind }) => kind === 'read')
  assert.ok(reads.length === 2 && reads.every((read) => read.ids.length <= READ_IDS_MAX))
  assert.equal(live.unread(), 0)
})

test('before it is ready nothing is heard, and requests wait for the past', async (t) => {
  const log = scriptedLog(1)
  await raise(log, 'x', 'y')
  let paces = [1, 0]
  log.followSize = () => (paces.length > 1 ? paces.shift() : paces[0]) ?? 0
  const live = startLive(t, log)
  const listener = new Listener().connect(live)
  const marked = live.markRead(['x'])
  await eventually('the first is folded in', () => live.unread() === 1)
  assert.deepEqual([live.isReady, live.newestId], [false, undefined])
  paces = [1]
  assert.deepEqual(await marked, { kind: 'done', unread: 1 })
  await ready(live)
  await raise(log, 'z')
  await eventually('it hears on', () => listener.heard().length > 0)
  assert.deepEqual(listener.heard(), ['z'])
})

test('a start reads the newest records only', async (t) => {
  const log = scriptedLog(1)
  await raise(log, ...Array.from({ length: 45_000 }, (_, i) => `n${i}`))
  const starts: unknown[] = []
  const { follow } = log
  log.follow = (topic, start, signal) => {
    starts.push(start)
    return follow(topic, start, signal)
  }
  const live = startLive(t, log)
  await ready(live)
  assert.deepEqual(starts, [[{ partition: 0, offset: 25_000 }]])
  assert.deepEqual([live.ids().length, live.ids().at(-1)], [200, 'n44999'])
})

test('a start with a long past leaves the rest of the process its turns', async (t) => {
  const log = scriptedLog(1)
  await raise(log, ...Array.from({ length: 50 }, (_, i) => `n${i}`))
  log.follow = async function* () {
    for (const record of log.records(ALERTS_TOPIC)) {
      yield { kind: 'records', partition: 0, records: [record] }
    }
    yield { kind: 'caught-up' }
  }
  const live = startLive(t, log)
  let turns = 0
  while (!live.isReady) {
    await settle(1)
    turns += 1
  }
  assert.ok(turns >= 50, `${turns} turns`)
})

test('records that are none of ours are counted and left out', async (t) => {
  const log = scriptedLog(1)
  await log.append(ALERTS_TOPIC, [{ key: null, value: 'not json' }])
  await raise(log, 'x')
  const live = startLive(t, log)
  await ready(live)
  assert.deepEqual(live.ids(), ['x'])
  assert.equal(live.trace.count('live.unreadable-records'), 1)
})

test('while the log is away the list is served, and requests say so', async (t) => {
  const log = scriptedLog(1)
  const live = startLive(t, log)
  await raise(log, 'x')
  await ready(live)
  const listener = new Listener().connect(live)
  log.isAway = () => true
  const away = { kind: 'unavailable', reason: unavailable().message }
  assert.deepEqual(await live.markRead(['x']), away)
  assert.deepEqual(await live.broadcast(foreignAlert(0)), away)
  assert.deepEqual([live.ids(), live.unread()], [['x'], 1])
  log.isAway = () => false
  assert.equal((await live.broadcast(foreignAlert(0))).kind, 'done')
  assert.equal(listener.heard().length, 1)
})

test('a start while the log is away waits for it', async (t) => {
  const log = scriptedLog(1)
  await raise(log, 'x')
  log.isAway = () => true
  const live = startLive(t, log)
  await eventually('it says so', () => live.trace.count('log.waiting') > 0)
  log.isAway = () => false
  await ready(live)
  assert.deepEqual(live.ids(), ['x'])
})

test('a log that does not answer is told after a while; what was sent counts once', async (t) => {
  const log = scriptedLog(1)
  const clock = manualClock()
  const live = startLive(t, log, { clock })
  await ready(live)
  log.followSize = () => 0
  const sent = live.broadcast(foreignAlert(0))
  await settle()
  await clock.advance(ASK_MS_MAX - 1)
  assert.equal(await Promise.race([sent, settle().then(() => 'waits')]), 'waits')
  await clock.advance(1)
  assert.match((await sent).kind, /unavailable/)
  log.followSize = () => 10
  const again = await live.broadcast(foreignAlert(0))
  assert.deepEqual(again, { kind: 'done', accepted: 0, suppressed: 1 })
  assert.equal(live.ids().length, 1)
})

test('only so many requests wait for the log', async (t) => {
  const log = scriptedLog(1)
  const live = startLive(t, log)
  await ready(live)
  log.followSize = () => 0
  const waiting = Array.from({ length: ASKS_IN_FLIGHT_MAX }, () => live.markRead([]))
  assert.equal((await live.markRead([])).kind, 'unavailable')
  log.followSize = () => 10_000
  const outcomes = await Promise.all(waiting)
  assert.ok(outcomes.every(({ kind }) => kind === 'done'))
  assert.equal((await live.markRead([])).kind, 'done')
})

test('who waits for the log when the coordinator stops is told at once', async (t) => {
  const log = scriptedLog(1)
  const live = startLive(t, log, { clock: manualClock() })
  await ready(live)
  log.followSize = () => 0
  const waiting = live.markRead([])
  await settle()
  await live.stop()
  assert.equal((await waiting).kind, 'unavailable')
  assert.equal((await live.broadcast(foreignAlert(0))).kind, 'unavailable')
  assert.equal(log.records(ALERTS_TOPIC).length, 1)
})

test('a topic of several partitions has no one order, so it is refused', async () => {
  const live = startLive({ after: () => {} }, scriptedLog(2))
  await assert.rejects(live.stop(), /must have one/)
})

test('retention that overtakes a reader begins the list anew and says so', async (t) => {
  const log = scriptedLog(1)
  const live = startLive(t, log)
  await raise(log, 'a', 'b')
  await ready(live)
  const listener = new Listener().connect(live)
  log.followSize = () => 0
  await raise(log, 'c', 'd')
  await settle()
  log.forget(ALERTS_TOPIC, 3)
  log.followSize = () => 10
  await eventually('the rest comes', () => listener.heard().length === 2)
  assert.deepEqual(listener.heard(), ['-', 'd'])
  assert.deepEqual(listener.events[0]?.data, { items: [], total: 0 })
  assert.deepEqual([live.ids(), live.unread()], [['d'], 1])
  const fresh = startLive(t, log)
  await ready(fresh)
  assert.deepEqual([fresh.ids(), fresh.unread()], [live.ids(), live.unread()])
})
