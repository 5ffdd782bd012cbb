import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stepContext } from '../../test/support/detection-world.ts'
import type { Reading } from '../model/reading.ts'
import { alertRecordsOf, FLOORS_MAX, type FloorMemory, stepBatch } from './batch.ts'

const NOW = Date.UTC(2026, 0, 5, 9)
const CONTEXT = stepContext()

const record = (offset: number, value: string) => {
  return { partition: 0, offset, key: null, value, appendedMs: NOW }
}
const reading = (piano: number, second: number, fields: Partial<Reading> = {}) =>
  JSON.stringify({ piano, timestamp: `2026-01-05T08:00:0${second}Z`, sensore2_kw: 12, ...fields })

const judge = (known: ReadonlyMap<number, FloorMemory>, values: readonly string[], from = 0) =>
  stepBatch(
    known,
    values.map((value, i) => record(from + i, value)),
    CONTEXT,
    NOW,
  )

test('readings of several floors raise their own alarms, and what is known stays untouched', () => {
  const known = new Map<number, FloorMemory>()
  const result = judge(known, [reading(1, 0), reading(2, 0), reading(1, 1)])
  assert.deepEqual(
    result.alerts.map((alert) => alert.alert_id),
    ['1:2026-01-05T08:00:00Z', '2:2026-01-05T08:00:00Z'],
  )
  assert.equal(result.changed.get(1)?.offset, 2)
  assert.equal(known.size, 0)
})

test('a batch given again after its state was saved raises nothing more', () => {
  const values = [reading(1, 0), reading(2, 0), reading(1, 1)]
  const first = judge(new Map(), values)
  const again = judge(first.changed, values)
  assert.deepEqual(again.alerts, [])
  assert.equal(again.changed.size, 0)
  assert.equal(again.counts.repeated, 3)
})

test('what is no reading, or lies ahead of the clock, is passed over', () => {
  const ahead = reading(1, 0, { timestamp: '2026-01-05T09:06:00Z' })
  const { counts, alerts } = judge(new Map(), ['not json', ahead, reading(1, 0)])
  assert.equal(counts.unreadable, 2)
  assert.equal(alerts.length, 1)
})

test('floors beyond the limit are counted and not judged', () => {
  const values = Array.from({ length: FLOORS_MAX + 2 }, (_, i) => reading(i + 1, 0))
  const first = judge(new Map(), values)
  assert.equal(first.counts.judged, FLOORS_MAX)
  assert.equal(first.counts.beyond, 2)
  const next = judge(first.changed, [reading(1, 5), reading(FLOORS_MAX + 1, 5)], values.length)
  assert.deepEqual([next.counts.judged, next.counts.beyond], [1, 1])
})

test('each event becomes one record with its notification and an alert of that event alone', () => {
  const both = reading(1, 0, { sensore3_corrente: 20 })
  const [alert] = judge(new Map(), [both]).alerts
  assert.ok(alert)
  const records = alertRecordsOf(alert, NOW)
  assert.deepEqual(
    records.map((one) => one.kind === 'notification' && one.notification.id),
    ['1:kw:kw_over:2026-01-05T08:00:00Z', '1:corrente:amp_over:2026-01-05T08:00:00Z'],
  )
  const kinds = records.map(
    (one) => one.kind === 'notification' && one.alert?.eventi.map(({ tipo }) => tipo),
  )
  assert.deepEqual(kinds, [['kw_over'], ['amp_over']])
})
