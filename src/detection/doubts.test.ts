/**
 * Readings that come in a manner in which they cannot be judged as they should: what is judged all
 * the same, and what operators are told of it.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RULES, stepContext } from '../../test/support/detection-world.ts'
import { READING_AHEAD_MS_MAX } from '../model/reading.ts'
import type { LogRecord } from '../ports/log.ts'
import { type FloorMemory, stepBatch } from './batch.ts'
import { type Doubt, LATE_MS_TOLD } from './doubts.ts'
import { silenceOf } from './incidents/silence.ts'

const HOUR_MS = 3_600_000
const STEP_MS = 30_000
const START_MS = Date.UTC(2026, 0, 5, 9)
const CONTEXT = stepContext({ rules: { ...RULES, rule: 'watch' } })

/** Floor 1 speaks: each reading by itself, stamped at one time and come at another. */
function meter() {
  const known = new Map<number, FloorMemory>()
  const doubts: Doubt[] = []
  let [offset, alarms] = [0, 0]
  return {
    doubts,
    alarms: () => alarms,
    isSilent(nowMs: number) {
      const voice = known.get(1)?.state.voice
      return voice !== undefined && silenceOf(voice, nowMs, 0, 'UTC') !== undefined
    },
    send(stampMs: number, cameMs: number, kw: number, place: Partial<LogRecord> = {}) {
      const timestamp = new Date(stampMs).toISOString()
      const value = JSON.stringify({ piano: 1, timestamp, sensore2_kw: kw })
      const record = { partition: 0, offset, key: '1', value, appendedMs: cameMs, ...place }
      offset += 1
      const result = stepBatch(known, [record], CONTEXT, cameMs)
      for (const [floor, memory] of result.changed) known.set(floor, memory)
      doubts.push(...result.doubts)
      alarms += result.alerts.length
    },
  }
}

test('one reading of a clock that was a day ahead does not keep its floor from judgement', () => {
  const floor = meter()
  floor.send(START_MS, START_MS, 5)
  floor.send(START_MS + 24 * HOUR_MS, START_MS + 24 * HOUR_MS, 5)
  for (let i = 1; i <= 10; i += 1) floor.send(START_MS + i * STEP_MS, START_MS + i * STEP_MS, 50)
  assert.equal(floor.alarms(), 10)
  const aheadMs = 24 * HOUR_MS - STEP_MS
  assert.deepEqual(floor.doubts, [{ kind: 'ahead', floor: 1, aheadMs }])
})

test('as far ahead as a reading may be is no reason to begin anew', () => {
  const floor = meter()
  floor.send(START_MS + READING_AHEAD_MS_MAX, START_MS, 5)
  floor.send(START_MS, START_MS, 50)
  assert.equal(floor.alarms(), 0)
  assert.deepEqual(
    floor.doubts.map(({ kind }) => kind),
    ['late'],
  )
})

test('a meter whose clock was put back an hour speaks: told once, and not called silent', () => {
  const floor = meter()
  const spoken = (from: number, to: number, backMs: number) => {
    for (let i = from; i < to; i += 1) {
      const cameMs = START_MS + i * STEP_MS
      floor.send(cameMs - backMs, cameMs, backMs > 0 ? 50 : 5)
      assert.equal(floor.isSilent(cameMs), false, `reading ${i}`)
    }
  }
  spoken(0, 120, 0)
  spoken(120, 240, HOUR_MS)
  assert.equal(floor.alarms(), 0, 'the hour is lived through twice')
  assert.deepEqual(floor.doubts, [{ kind: 'late', floor: 1, lateMs: HOUR_MS - STEP_MS }])
  spoken(240, 242, HOUR_MS)
  assert.equal(floor.alarms(), 2)
  assert.equal(floor.isSilent(START_MS + 300 * STEP_MS), true)
})

test('what is sent twice or overtaken by another is nothing to be told', () => {
  const floor = meter()
  floor.send(START_MS + LATE_MS_TOLD, START_MS, 5)
  floor.send(START_MS + LATE_MS_TOLD, START_MS, 5)
  floor.send(START_MS + 1, START_MS, 5)
  assert.deepEqual(floor.doubts, [])
  floor.send(START_MS, START_MS, 5)
  assert.deepEqual(floor.doubts, [{ kind: 'late', floor: 1, lateMs: LATE_MS_TOLD }])
})

test('a key that is not the floor is told once, where there are partitions to be lost in', () => {
  const floor = meter()
  const send = (i: number, partition: number, key: string | null) => {
    floor.send(START_MS + i * STEP_MS, START_MS + i * STEP_MS, 5, { partition, key })
  }
  send(0, 0, null)
  send(1, 2, '1')
  assert.deepEqual(floor.doubts, [])
  send(2, 2, null)
  send(3, 2, 'attic')
  assert.deepEqual(floor.doubts, [{ kind: 'key', floor: 1, key: null }])
})
