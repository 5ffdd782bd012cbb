/**
 * The clock of the machine was ahead for a while: what was learned is kept, what was judged in that
 * future does not stand in the way, and readings that are read again change nothing.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HOUR_MS, meterReadings, OPTIONS } from '../../../test/support/meter-series.ts'
import { must } from '../../model/must.ts'
import type { LogRecord } from '../../ports/log.ts'
import { type SeriesMemory, watchBatch } from '../incidents/watch-batch.ts'
import { knowledgeOf } from './knowledge.ts'

const FAULT = { from: 600, to: 604 }
const AHEAD_AT = 500
const SERIES = meterReadings(30, HOUR_MS).map(({ timeMs, value }, hour) => {
  return { timeMs, value: hour >= FAULT.from && hour < FAULT.to ? 0 : value }
})
const CONTEXT = { options: OPTIONS, decisions: [] }

/** The records of the series; at one place the clock is ahead for three readings. */
function recordsOf(aheadMs: number): readonly LogRecord[] {
  const all = SERIES.flatMap(({ timeMs, value }, hour) => {
    const usual = { timeMs, value }
    const extra = [1, 2, 3].map((i) => {
      return { timeMs: timeMs + aheadMs + i * HOUR_MS, value: value + i / 10 }
    })
    return hour === AHEAD_AT && aheadMs > 0 ? [usual, ...extra] : [usual]
  })
  return all.map(({ timeMs, value }, offset) => {
    const reading = { piano: 1, timestamp: new Date(timeMs).toISOString(), sensore2_kw: value }
    const place = { partition: 0, offset, key: '1', appendedMs: timeMs }
    return { ...place, value: JSON.stringify(reading) }
  })
}

function watched(records: readonly LogRecord[], known = new Map<string, SeriesMemory>()) {
  const { changed, changes } = watchBatch(known, records, CONTEXT)
  const found = changes.map(({ change }) => {
    return `${change.phase} ${change.incident.cause} ${new Date(change.timeMs).toISOString()}`
  })
  return { found, changed, memory: must(changed.get('1/kw') ?? known.get('1/kw')) }
}

for (const [days, name] of [
  [1, 'a day'],
  [40, 'forty days'],
] as const) {
  test(`a clock that was ahead by ${name} for three readings does not blind the watch`, () => {
    const [usual, harmed] = [0, days * 24 * HOUR_MS].map((ms) => watched(recordsOf(ms)))
    const opened = [
      'opened lower 2026-01-30T00:00:00.000Z',
      'opened stuck 2026-01-30T00:00:00.000Z',
    ]
    assert.deepEqual(must(usual).found.slice(0, 2), opened)
    assert.deepEqual(must(harmed).found.slice(0, 2), opened, 'the first that it tells')
    const [before, after] = [usual, harmed].map((one) => knowledgeOf(must(one).memory.state.watch))
    assert.equal(after?.learned, before?.learned)
    assert.ok(Math.abs(must(after).days - must(before).days) < 0.5)
  })
}

test('readings that are read again, some of them of that future, change nothing', () => {
  const records = recordsOf(24 * HOUR_MS).slice(0, AHEAD_AT + 4)
  const first = watched(records)
  const again = watched(records.slice(AHEAD_AT - 20), new Map(first.changed))
  assert.deepEqual(again.found, [])
  assert.deepEqual(again.memory, first.memory)
})
