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
import { recall } from '../../src/detection/state-log.ts'
import { ALERTS_TOPIC, DETECTION_STATE_TOPIC } from '../../src/model/topics.ts'
import { temporaryFolder } from '../support/process.ts'
import { silentTrace } from '../support/traces.ts'

/** A reader is given the records in so many pieces. */
const PIECES = 20
const SIGNAL = new AbortController().signal

async function longLog(t: TestContext) {
  const path = join(temporaryFolder('recall'), 'log.db')
  const log = openSqliteLog({ path, clock: systemClock, trace: silentTrace })
  t.after(() => log.close())
  const topics = [DETECTION_STATE_TOPIC, ALERTS_TOPIC]
  await log.declare(topics.map((name) => ({ name, partitions: 1 })))
  const records = Array.from({ length: PIECES * FOLLOW_RECORDS_MAX }, () => {
    return { key: '1', value: '{}' }
  })
  for (const topic of topics) await log.append(topic, records)
  return { log, clock: systemClock, trace: silentTrace }
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
