import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fakeStore } from '../../test/support/fake-store.ts'
import { keepReadings, writtenIn } from '../../test/support/stored-readings.ts'
import { FLOORS_MAX, findFloors } from './floors.ts'
import { eachReading, type ReadingOptions } from './stored-readings.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const NOON_MS = Date.UTC(2026, 6, 5, 12)
const AN_HOUR = { fromMs: NOON_MS, toMs: NOON_MS + HOUR_MS }

/** Readings of one sender, one every ten minutes. */
function sender(zoneMinutes: number, fromMs: number, count: number, separator = 'T') {
  return Array.from({ length: count }, (_, i) => ({
    piano: 1,
    timestamp: writtenIn(zoneMinutes, fromMs + i * 10 * MINUTE_MS, separator),
    sensore2_kw: i,
  }))
}

async function timesIn(store: ReturnType<typeof fakeStore>, options: ReadingOptions = {}) {
  const times: number[] = []
  const end = await eachReading(store, 1, AN_HOUR, ({ timeMs }) => times.push(timeMs), options)
  return { end, times: times.map((ms) => (ms - NOON_MS) / MINUTE_MS).sort((a, b) => a - b) }
}

test('a stretch has its readings, its first moment included and its last one not', async () => {
  const store = fakeStore()
  await keepReadings(store, sender(0, NOON_MS - HOUR_MS, 20))
  const { times } = await timesIn(store)
  assert.deepEqual(times, [0, 10, 20, 30, 40, 50])
})

test('senders in Rome, in Honolulu and in UTC, with a T or a space, are all found', async () => {
  const store = fakeStore()
  const senders = [
    sender(0, NOON_MS + 1 * MINUTE_MS, 6),
    sender(120, NOON_MS + 2 * MINUTE_MS, 6, ' '),
    sender(-600, NOON_MS + 3 * MINUTE_MS, 6),
    sender(14 * 60, NOON_MS + 4 * MINUTE_MS, 6, 't'),
  ]
  await keepReadings(store, senders.flat())
  const { times } = await timesIn(store)
  const each = [0, 10, 20, 30, 40, 50].flatMap((ten) => [1, 2, 3, 4].map((one) => ten + one))
  assert.deepEqual(times, each)
})

/** Readings in UTC, one a second: nobody sees beyond them from where they stand. */
function burst(fromMs: number) {
  return Array.from({ length: 20 }, (_, i) => ({
    piano: 1,
    timestamp: writtenIn(0, fromMs + i * 1_000),
  }))
}

/** Around the hour, wherever somebody may look for other zones. */
function burstsAround() {
  const day = NOON_MS - 12 * HOUR_MS
  const edges = [day - 11.9 * HOUR_MS, day, NOON_MS - MINUTE_MS, NOON_MS + 61 * MINUTE_MS]
  return [...edges, day + 24 * HOUR_MS - MINUTE_MS, NOON_MS + 24.9 * HOUR_MS].flatMap(burst)
}

test('a zone that is known by the index alone is known', async () => {
  const store = fakeStore()
  await keepReadings(store, [...burstsAround(), ...sender(9 * 60, NOON_MS, 6)])
  assert.deepEqual((await timesIn(store)).times, [0, 10, 20, 30, 40, 50])
})

test('a zone that stands nowhere near the range is learnt from the rows within it', async () => {
  const store = fakeStore()
  const tokyo = sender(9 * 60, NOON_MS - 12 * HOUR_MS + 5 * MINUTE_MS, 6 * 13)
  await keepReadings(store, [...burstsAround(), ...tokyo], 20)
  assert.deepEqual((await timesIn(store)).times, [5, 15, 25, 35, 45, 55])
})

test('a zone that the index has long forgotten is found beside the range', async () => {
  const store = fakeStore()
  const past = sender(9 * 60, NOON_MS - 30 * HOUR_MS, 6 * 40)
  const now = sender(0, NOON_MS + 100 * HOUR_MS, 3)
  await keepReadings(store, [...past, ...now], 3)
  assert.deepEqual((await timesIn(store)).times, [0, 10, 20, 30, 40, 50])
})

test('a sender of this hour alone is found by what stands beside the hour', async () => {
  const store = fakeStore()
  await keepReadings(
    store,
    [...sender(-5 * 60, NOON_MS, 6), ...sender(0, NOON_MS + 99 * HOUR_MS, 3)],
    3,
  )
  assert.deepEqual((await timesIn(store)).times, [0, 10, 20, 30, 40, 50])
})

test('with all zones in the index, no reading is missed and none is told twice', async () => {
  const reading = fc.record({
    zone: fc.integer({ min: -720, max: 840 }),
    minute: fc.integer({ min: -120, max: 180 }),
    separator: fc.constantFrom('T', ' '),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(reading, { maxLength: 30 }), async (sent) => {
      const store = fakeStore()
      const texts = sent.map(({ zone, minute, separator }) =>
        writtenIn(zone, NOON_MS + minute * MINUTE_MS, separator),
      )
      const readings = [...new Set(texts)].map((timestamp) => ({ piano: 1, timestamp }))
      await keepReadings(store, readings)
      const expected = readings
        .map(({ timestamp }) => (Date.parse(timestamp) - NOON_MS) / MINUTE_MS)
        .filter((minute) => minute >= 0 && minute < 60)
        .sort((a, b) => a - b)
      assert.deepEqual((await timesIn(store)).times, expected)
    }),
    { numRuns: 50 },
  )
})

test('an hour of a sender in UTC does not cost a day of rows', async () => {
  const store = fakeStore()
  await keepReadings(store, sender(0, NOON_MS - 48 * HOUR_MS, 6 * 96))
  const { end } = await timesIn(store)
  assert.ok(end.kind === 'done' && end.rows <= 8, JSON.stringify(end))
})

test('beyond so many rows it stops and says so, and when nobody waits it stops too', async () => {
  const store = fakeStore()
  await keepReadings(store, sender(0, NOON_MS, 6))
  assert.deepEqual((await timesIn(store, { rowsMax: 5 })).end, {
    kind: 'too-many-rows',
    rowsMax: 5,
  })
  assert.equal((await timesIn(store, { rowsMax: 6 })).end.kind, 'done')
  assert.deepEqual((await timesIn(store, { isWanted: () => false })).end, { kind: 'gone' })
})

test('a store that cannot be asked is told as it is, and not as an empty hour', async () => {
  const store = fakeStore()
  const away = { kind: 'unavailable', needed: 2, had: 1 } as const
  store.onScan = () => away
  assert.deepEqual((await timesIn(store)).end, away)
  store.onScan = ({ limit }) => (limit === 1_000 ? away : undefined)
  assert.deepEqual((await timesIn(store)).end, away)
  store.onRead = () => away
  store.onScan = () => undefined
  assert.equal((await timesIn(store)).end.kind, 'done', 'the index only helps')
})

test('floors are found by jumps, whatever else is called energy', async () => {
  const store = fakeStore()
  for (const piano of [1, 2, 10, 11, 100]) {
    await keepReadings(
      store,
      sender(0, NOON_MS, 50).map((one) => ({ ...one, piano })),
    )
  }
  await store.write([
    { key: 'energy:pX:latest', text: '{}' },
    { key: 'energy:p', text: '{}' },
  ])
  let scans = 0
  store.onScan = () => {
    scans += 1
    return undefined
  }
  assert.deepEqual(await findFloors(store), { kind: 'floors', floors: [1, 2, 10, 11, 100] })
  assert.ok(scans <= 8, `${scans} scans`)
})

test('of too many floors none is told, so that nobody takes some for all', async () => {
  const store = fakeStore()
  const keep = (floor: number) => store.write([{ key: `energy:p${floor}:latest`, text: '{}' }])
  for (let floor = 1; floor <= FLOORS_MAX; floor += 1) await keep(floor)
  const all = await findFloors(store)
  assert.ok(all.kind === 'floors' && all.floors.length === FLOORS_MAX)
  await keep(FLOORS_MAX + 1)
  assert.deepEqual(await findFloors(store), { kind: 'too-many-floors', floorsMax: FLOORS_MAX })
})
