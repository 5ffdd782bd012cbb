/**
 * When states are saved and what is read again: seldom enough for states that are large, and often
 * enough that a restart is short.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../../../test/support/manual-clock.ts'
import { OPTIONS, START_MS } from '../../../test/support/meter-series.ts'
import { scriptedLog } from '../../../test/support/scripted-log.ts'
import { recordingTrace } from '../../../test/support/traces.ts'
import { seededRandom } from '../../adapters/seeded-random.ts'
import { DETECTION_STATE_TOPIC, READINGS_TOPIC } from '../../model/topics.ts'
import { stepSeries } from './series.ts'
import type { SavedSeries } from './series-log.ts'
import type { WatchedBatch } from './watch-batch.ts'
import { CHECKPOINT_MS, CHECKPOINT_READINGS, REPLAY_READINGS_MAX, WatchDesk } from './watch-desk.ts'

const SIGNAL = new AbortController().signal
const PLACE = { generation: 'g', saved: undefined, nextOffset: 0 }

/** A batch that changed one series. */
function aBatch(readings: number, decidedMs = 0): WatchedBatch {
  const step = stepSeries(undefined, START_MS, 5, OPTIONS)
  assert.ok(step.kind === 'judged')
  const changed = new Map([['1/kw', { offset: 9, state: { ...step.state, decidedMs } }]])
  return { changed, changes: [], learned: [], readings, beyond: 0 }
}

function deskScene({ dryRun = false } = {}) {
  const [log, clock, trace] = [scriptedLog(1), manualClock(START_MS), recordingTrace()]
  const world = { log, clock, trace, random: seededRandom('desk') }
  const context = () => ({ options: OPTIONS, decisions: [] })
  const desk = new WatchDesk(world, { topic: READINGS_TOPIC, dryRun }, context)
  const saved = () => log.records(DETECTION_STATE_TOPIC).map(({ key }) => key)
  return { log, clock, trace, desk, saved }
}

test('states are saved after a while, and then after another', async () => {
  const { desk, clock, saved } = deskScene()
  await desk.open(0, PLACE, SIGNAL)
  await desk.keep(0, aBatch(1), 0, SIGNAL)
  assert.deepEqual(saved(), [])
  await clock.advance(CHECKPOINT_MS)
  await desk.keep(0, aBatch(1), 1, SIGNAL)
  assert.deepEqual(saved(), ['0/1/kw', '0/watched'])
  await desk.keep(0, aBatch(1), 2, SIGNAL)
  assert.equal(saved().length, 2)
})

test('states are saved after so many readings, and at once when a word was heard', async () => {
  const { desk, saved } = deskScene()
  await desk.open(0, PLACE, SIGNAL)
  await desk.keep(0, aBatch(CHECKPOINT_READINGS - 1), 0, SIGNAL)
  assert.equal(saved().length, 0)
  await desk.keep(0, aBatch(1), 1, SIGNAL)
  assert.equal(saved().length, 2)
  await desk.keep(0, aBatch(1, START_MS), 2, SIGNAL)
  assert.equal(saved().length, 4)
  await desk.keep(0, aBatch(1, START_MS), 3, SIGNAL)
  assert.equal(saved().length, 4)
})

test('a dry run saves nothing, and a partition that is not open keeps nothing', async () => {
  const dry = deskScene({ dryRun: true })
  await dry.desk.open(0, PLACE, SIGNAL)
  await dry.desk.keep(0, aBatch(CHECKPOINT_READINGS), 0, SIGNAL)
  assert.deepEqual(dry.saved(), [])
  const { desk, saved } = deskScene()
  await desk.keep(0, aBatch(CHECKPOINT_READINGS), 0, SIGNAL)
  assert.deepEqual(saved(), [])
})

test('too many series are told', async () => {
  const { desk, trace } = deskScene()
  await desk.open(0, PLACE, SIGNAL)
  await desk.keep(0, { ...aBatch(1), beyond: 3 }, 0, SIGNAL)
  assert.equal(trace.count('detection.too-many-series'), 1)
})

test('of what was never saved only so many readings are read again', async () => {
  const { desk, log } = deskScene()
  const asked: unknown[] = []
  log.follow = async function* (_topic, start) {
    asked.push(start)
    yield { kind: 'caught-up' }
  }
  await desk.open(0, { ...PLACE, nextOffset: REPLAY_READINGS_MAX + 7 }, SIGNAL)
  const saved: SavedSeries = {
    ...{ series: new Map(), inherited: new Map(), completeTo: REPLAY_READINGS_MAX },
  }
  await desk.open(0, { ...PLACE, saved, nextOffset: REPLAY_READINGS_MAX + 7 }, SIGNAL)
  assert.deepEqual(asked, [
    [{ partition: 0, offset: 7 }],
    [{ partition: 0, offset: REPLAY_READINGS_MAX + 1 }],
  ])
})

test('what was learned of readings that another rule judged is told with the next', async () => {
  const { desk, log } = deskScene()
  const records = Array.from({ length: 21 }, (_, i) => {
    const timestamp = new Date(START_MS + i * 60_000).toISOString()
    return { key: '1', value: JSON.stringify({ piano: 1, timestamp, sensore2_kw: 5 + (i % 4) }) }
  })
  log.wallMs = () => START_MS + records.length * 60_000
  await log.append(READINGS_TOPIC, records)
  const next = log.records(READINGS_TOPIC).slice(20)
  await desk.open(0, { ...PLACE, nextOffset: 20 }, SIGNAL)
  const first = desk.judge(0, next)
  assert.deepEqual(
    first.learned.map(({ floor, metric, stepMs }) => ({ floor, metric, stepMs })),
    [{ floor: 1, metric: 'kw', stepMs: 60_000 }],
  )
  assert.deepEqual(desk.judge(0, next).learned, first.learned, 'until it is kept it is not told')
  await desk.keep(0, first, 20, SIGNAL)
  assert.deepEqual(desk.judge(0, next).learned, [])
})
