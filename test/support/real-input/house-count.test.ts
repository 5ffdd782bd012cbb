/**
 * A count that cannot find a fault proves nothing, so here each fault is made once.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countHouse, countTable, type FoundHouse, isRight } from './house-count.ts'
import { expectedHouse, keyOf } from './household.ts'

const HEADER = 'local_time,power_kw,voltage_v,current_a,kitchen_wh,laundry_wh,climate_wh'
const FILE = [
  HEADER,
  '2006-12-16T17:24:00,4.2,240,18.4,0,1,17',
  '2006-12-16T17:25:00,,,,,,',
  '2006-12-16T17:26:00,7.5,251,31,38,0,18',
].join('\n')
const FIRST = '2006-12-16T17:24:00+01:00'
const EMPTY = '2006-12-16T17:25:00+01:00'
const LAST = '2006-12-16T17:26:00+01:00'
const house = expectedHouse(FILE)

/** Documents as the stages would store them: [floor, time, kWh, kW, A, V]. */
const DOCUMENTS: readonly [number, string, number, number, number, number][] = [
  [1, FIRST, 0, 0, 0, 240],
  [2, FIRST, 0.001, 0.06, 0.25, 240],
  [3, FIRST, 0.017, 1.02, 4.25, 240],
  [4, FIRST, 0.07, 4.2, 18.4, 240],
  [1, LAST, 0.038, 2.28, 9.084, 251],
  [2, LAST, 0.001, 0, 0, 251],
  [3, LAST, 0.035, 1.08, 4.303, 251],
  [4, LAST, 0.195, 7.5, 31, 251],
]
const ALARMS = [
  `1:kw:kw_over:${LAST}`,
  ...[1, 2, 3, 4].map((floor) => `${floor}:tensione:volt_over:${LAST}`),
  `4:kw:kw_over:${LAST}`,
  `4:corrente:amp_over:${LAST}`,
]

function documentOf([piano, timestamp, kwh, kw, amperes, volts]: (typeof DOCUMENTS)[number]) {
  return {
    ...{ piano, timestamp, sensore1_kwh: kwh, sensore2_kw: kw },
    ...{ sensore3_corrente: amperes, sensore3_tensione: volts },
  }
}

function rightStore(): Map<string, unknown> {
  const readings = DOCUMENTS.map((one) => [keyOf(one[0], one[1]), documentOf(one)] as const)
  const latest = DOCUMENTS.slice(4).map(
    (one) => [keyOf(one[0], 'latest'), documentOf(one)] as const,
  )
  const index = [1, 2, 3, 4].map(
    (floor) => [keyOf(floor, 'index'), { timestamps: [FIRST, LAST] }] as const,
  )
  return new Map<string, unknown>([...readings, ...latest, ...index])
}

const deadLetters = [1, 2, 3, 4].map((piano) => JSON.stringify({ piano, timestamp: EMPTY }))
const right = { sent: 12, deadLetters, shown: ALARMS, gaps: 0, archived: ALARMS }

function offLines(changed: Partial<FoundHouse>, change = (_: Map<string, unknown>) => {}) {
  const stored = rightStore()
  change(stored)
  const lines = countHouse(house, { ...right, stored, ...changed })
  return lines.filter(({ expected, found }) => expected !== found).map(({ what }) => what.trim())
}

test('everything in its place is right, line by line', () => {
  const lines = countHouse(house, { ...right, stored: rightStore() })
  assert.ok(isRight(lines), countTable(lines))
  assert.deepEqual(lines.slice(0, 3), [
    { what: 'readings sent', expected: 12, found: 12 },
    { what: '  in the store', expected: 8, found: 8 },
    { what: '  in the dead-letter topic', expected: 4, found: 4 },
  ])
})

test('a reading that is missing, or that nobody sent, is seen by its key', () => {
  const missing = offLines({}, (stored) => stored.delete(keyOf(2, FIRST)))
  assert.deepEqual(missing, ['in the store', 'missing from the store'])
  const extra = offLines({}, (stored) => stored.set(keyOf(5, FIRST), {}))
  assert.deepEqual(extra, ['extra in the store'])
  assert.deepEqual(offLines({ sent: 11 }), ['readings sent'])
})

test('a reading stored with another value is seen', () => {
  const wrong = { ...documentOf([4, FIRST, 0.07, 4.2, 18.4, 240]), sensore1_kwh: 0.0701 }
  assert.deepEqual(
    offLines({}, (stored) => stored.set(keyOf(4, FIRST), wrong)),
    ['stored with other values'],
  )
})

test('a dead letter counts once, though sent twice; a missing or strange one is seen', () => {
  assert.deepEqual(offLines({ deadLetters: [...deadLetters, ...deadLetters] }), [])
  assert.deepEqual(offLines({ deadLetters: deadLetters.slice(1) }), [
    'in the dead-letter topic',
    'missing from the dead letters',
  ])
  assert.deepEqual(offLines({ deadLetters: [...deadLetters, '{'] }), ['extra dead letters'])
})

test('a latest that went back, an index out of order or with a duplicate are seen', () => {
  const old = documentOf([1, FIRST, 0, 0, 0, 240])
  assert.deepEqual(
    offLines({}, (stored) => stored.set(keyOf(1, 'latest'), old)),
    ['floors with the right latest'],
  )
  for (const timestamps of [[LAST, FIRST], [FIRST, FIRST, LAST], [LAST], undefined]) {
    assert.deepEqual(
      offLines({}, (stored) => stored.set(keyOf(1, 'index'), { timestamps })),
      ['floors with the right index'],
    )
  }
})

test('an alarm that is missing, made up, shown twice or archived twice is seen', () => {
  const [one = '', ...others] = ALARMS
  assert.deepEqual(offLines({ shown: others }), ['alarms on the stream', 'alarms missing'])
  assert.deepEqual(offLines({ shown: [...ALARMS, 'x'] }), ['alarms that should not be'])
  assert.deepEqual(offLines({ shown: [...ALARMS, one] }), ['alarms shown twice'])
  assert.deepEqual(offLines({ gaps: 1 }), ['gaps in the stream'])
  assert.deepEqual(offLines({ archived: others }), ['alarms with their document'])
  assert.deepEqual(offLines({ archived: [...ALARMS, one] }), ['alarms twice in documents'])
})
