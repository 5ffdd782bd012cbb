import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instantClock } from '../../test/support/instant-clock.ts'
import { scriptedLog } from '../../test/support/scripted-log.ts'
import { recordingTrace } from '../../test/support/traces.ts'
import type { FloorState, SavedFloor } from '../model/detection-state.ts'
import { DEFAULT_THRESHOLDS } from '../model/thresholds.ts'
import { DETECTION_STATE_TOPIC } from '../model/topics.ts'
import { recall, savedFloorRecord, thresholdsRecord } from './state-log.ts'

const NONE = { sum: 0, count: 0 }
const EMPTY = { kw: NONE, corrente: NONE, tensione: NONE, delta_kwh: NONE }
const stateAt = (timeMs: number): FloorState => ({
  ...{ timeMs, counter: null, firedMs: {} },
  halfHour: { startMs: 0, weekday: 0, halfHour: 0, whole: true, ...EMPTY },
})
const saved = (change: Partial<SavedFloor> = {}): SavedFloor => ({
  ...{ floor: 1, partition: 0, offset: 5, generation: 'one', state: stateAt(5) },
  ...change,
})

function scene() {
  const [log, trace] = [scriptedLog(3), recordingTrace()]
  const world = { log, trace, clock: instantClock() }
  const read = () => recall(world, 'one', new AbortController().signal)
  return { log, trace, read }
}

test("of a floor's states in the log the one with the largest offset counts", async () => {
  const { log, read } = scene()
  const states = [
    saved({ offset: 5, state: stateAt(50) }),
    saved({ offset: 9, state: stateAt(90) }),
    saved({ offset: 7, state: stateAt(70) }),
  ]
  await log.append(DETECTION_STATE_TOPIC, states.map(savedFloorRecord))
  assert.deepEqual((await read()).floors.get(0)?.get(1), { offset: 9, state: stateAt(90) })
})

test('floors stand by partition, and limits are the last that were written', async () => {
  const { log, read } = scene()
  const own = { ...DEFAULT_THRESHOLDS.default, kw_max: 3 }
  await log.append(DETECTION_STATE_TOPIC, [
    savedFloorRecord(saved({ partition: 0, floor: 1 })),
    savedFloorRecord(saved({ partition: 2, floor: 1 })),
    thresholdsRecord(DEFAULT_THRESHOLDS),
    savedFloorRecord(saved({ partition: 2, floor: 8 })),
    thresholdsRecord({ ...DEFAULT_THRESHOLDS, default: own }),
  ])
  const { floors, thresholds } = await read()
  assert.deepEqual([...(floors.get(2)?.keys() ?? [])].sort(), [1, 8])
  assert.deepEqual([...(floors.get(0)?.keys() ?? [])], [1])
  assert.equal(thresholds?.default.kw_max, 3)
})

test('of an earlier topic the state is known, its place is not', async () => {
  const { log, read } = scene()
  const renewed = saved({ offset: 2, state: stateAt(99) })
  const before = saved({ offset: 5_000, generation: 'before', state: stateAt(50) })
  await log.append(DETECTION_STATE_TOPIC, [savedFloorRecord(before)])
  assert.deepEqual((await read()).floors.get(0)?.get(1), { offset: -1, state: stateAt(50) })
  await log.append(DETECTION_STATE_TOPIC, [renewed, before].map(savedFloorRecord))
  assert.deepEqual((await read()).floors.get(0)?.get(1), { offset: 2, state: stateAt(99) })
})

test('a topic that nobody has compacted yet is read in whatever pieces it comes', async () => {
  const { log, read } = scene()
  const record = savedFloorRecord(saved())
  await log.append(
    DETECTION_STATE_TOPIC,
    Array.from({ length: 150_000 }, () => record),
  )
  assert.equal((await read()).floors.get(0)?.size, 1)
})
