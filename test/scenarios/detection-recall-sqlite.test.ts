/**
 * What a member of detection reads when it begins, from a log in a file. Such a log hands out the
 * past without a pause, and a process that reads it without one renews no lease and serves nobody:
 * the next member takes over and does the same.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { FOLLOW_RECORDS_MAX } from '../../src/adapters/sqlite-log/follow.ts'
import { openSqliteLog } from '../../src/adapters/sqlite-log.ts'
import { systemClock } from '../../src/adapters/system-clock.ts'
import { toldIncidents } from '../../src/detection/incidents/told-incidents.ts'
import { recall, savedFloorRecord } from '../../src/detection/state-log.ts'
import type { FloorState } from '../../src/model/detection-state.ts'
import { ALERTS_TOPIC, DETECTION_STATE_TOPIC } from '../../src/model/topics.ts'
import type { TopicDeclaration } from '../../src/ports/log.ts'
import { temporaryFolder } from '../support/process.ts'
import { silentTrace } from '../support/traces.ts'

/** A reader is given the records in so many pieces. */
const PIECES = 20
const SIGNAL = new AbortController().signal

const TOPICS = [DETECTION_STATE_TOPIC, ALERTS_TOPIC]
const NONE = { sum: 0, count: 0 }
const EMPTY = { kw: NONE, corrente: NONE, tensione: NONE, delta_kwh: NONE }

function stateAt(timeMs: number): FloorState {
  const halfHour = { startMs: 0, weekday: 0, halfHour: 0, whole: true, ...EMPTY }
  return { timeMs, counter: null, firedMs: {}, halfHour }
}

async function openLog(t: TestContext, declared: Partial<TopicDeclaration> = {}) {
  const path = join(temporaryFolder('recall'), 'log.db')
  const log = openSqliteLog({ path, clock: systemClock, trace: silentTrace })
  t.after(() => log.close())
  await log.declare(TOPICS.map((name) => ({ name, partitions: 1, ...declared })))
  return { log, clock: systemClock, trace: silentTrace }
}

async function longLog(t: TestContext) {
  const world = await openLog(t)
  const records = Array.from({ length: PIECES * FOLLOW_RECORDS_MAX }, () => {
    return { key: '1', value: '{}' }
  })
  for (const topic of TOPICS) await world.log.append(topic, records)
  return world
}

/** How often a timer that is always due goes off during the work. */
async function ticksDuring(work: () => Promise<unknown>): Promise<number> {
  const over = new AbortController()
  let ticks = 0
  const ticking = async () => {
    while (!over.signal.aborted) {
      await systemClock.sleep(0)
      ticks += 1
    }
  }
  const ticked = ticking()
  await work()
  over.abort()
  const during = ticks
  await ticked
  return during
}

test('what a sleeper wrote over is right again with the next reading of its floor', async (t) => {
  const world = await openLog(t, { compacted: true })
  const save = async (offset: number) => {
    const saved = { floor: 1, partition: 0, generation: 'one', offset, state: stateAt(offset) }
    await world.log.append(DETECTION_STATE_TOPIC, [savedFloorRecord(saved)])
    const { floors } = await recall(world, 'one', SIGNAL)
    return floors.get(0)?.get(1)?.offset
  }
  assert.equal(await save(1_100), 1_100)
  assert.equal(await save(100), 100, 'the log keeps the last one of a key')
  assert.equal(await save(1_101), 1_101)
})

test('timers go off while the states of a long log are recalled', async (t) => {
  const world = await longLog(t)
  const ticks = await ticksDuring(() => recall(world, 'one', SIGNAL))
  assert.ok(ticks >= PIECES / 2, `${ticks} ticks`)
})

test('timers go off while a long log is searched for what people were told', async (t) => {
  const world = await longLog(t)
  const ticks = await ticksDuring(() => toldIncidents(world, new Set(['1/kw']), SIGNAL))
  assert.ok(ticks >= PIECES / 2, `${ticks} ticks`)
})
