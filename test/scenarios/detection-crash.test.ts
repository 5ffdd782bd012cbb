/**
 * Whatever kills a detector and wherever, the same alarms are shown under the same ids as if
 * nothing had happened. The world may crash before or after any append and any commit, fence, be
 * out of reach, cut batches as it likes and deliver committed readings again.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Reading } from '../../src/model/reading.ts'
import { ALERTS_TOPIC, DETECTION_STATE_TOPIC } from '../../src/model/topics.ts'
import { type DetectionScene, detectionScene } from '../support/detection-world.ts'
import { type CommitFate, Crash, unavailable } from '../support/scripted-log.ts'
import { everythingIn } from '../support/statistics.ts'

const START_MS = Date.UTC(2026, 0, 5, 7)
const COOLDOWN_MS = 90_000

/**
 * Few distinct times and values, so that cooldowns, repeats and late readings are common; an hour
 * of them, so that half hours come to an end.
 */
const reading: fc.Arbitrary<Reading> = fc.record({
  piano: fc.constantFrom(1, 2, 3),
  timestamp: fc.nat(120).map((step) => new Date(START_MS + step * 30_000).toISOString()),
  sensore1_kwh: fc.integer({ min: 9_000, max: 9_008 }).map((hundredths) => hundredths / 100),
  sensore2_kw: fc.constantFrom(3, 10.9, 11, 12),
  sensore3_corrente: fc.constantFrom(3, 16),
})
const readings = fc
  .array(reading, { minLength: 1, maxLength: 60 })
  .chain((list) =>
    fc
      .boolean()
      .map((isOrdered) =>
        isOrdered ? list.toSorted((a, b) => (a.timestamp < b.timestamp ? -1 : 1)) : list,
      ),
  )

type AppendFate = 'stored' | 'unavailable' | 'crash-before' | 'crash-after'
const appendFate = fc.constantFrom<AppendFate>(
  ...(['stored', 'stored', 'stored', 'unavailable', 'crash-before', 'crash-after'] as const),
)
const commitFate = fc.constantFrom<CommitFate>(
  ...(['committed', 'committed', 'crash', 'late-crash', 'fenced', 'unavailable'] as const),
)

/** Faults end with their lists, so every run ends. */
const script = fc.record({
  appends: fc.array(appendFate, { maxLength: 40, size: 'max' }),
  commits: fc.array(commitFate, { maxLength: 25, size: 'max' }),
  sizes: fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 30, size: 'max' }),
  redeliveries: fc.array(fc.nat(6), { maxLength: 20, size: 'max' }),
})

function play(
  scene: DetectionScene,
  faults: typeof script extends fc.Arbitrary<infer T> ? T : never,
) {
  const { log } = scene
  const [appends, commits] = [faults.appends.values(), faults.commits.values()]
  const [sizes, redeliveries] = [faults.sizes.values(), faults.redeliveries.values()]
  log.batchSize = (limit) => sizes.next().value ?? limit
  log.redeliver = () => redeliveries.next().value ?? 0
  log.commitFate = () => commits.next().value ?? 'committed'
  const append = log.append.bind(log)
  log.append = async (topic, records) => {
    const fate = appends.next().value ?? 'stored'
    if (fate === 'unavailable') throw unavailable()
    if (fate === 'crash-before') throw new Crash()
    const positions = await append(topic, records)
    if (fate === 'crash-after') throw new Crash()
    return positions
  }
}

/** The newest state of each floor, and the offset it was reached at. */
function statesOf(scene: DetectionScene) {
  const states = new Map<string, unknown>()
  for (const { key, value } of scene.log.records(DETECTION_STATE_TOPIC)) {
    const { offset, state } = JSON.parse(value)
    if (key && key !== 'thresholds') states.set(key, { offset, state })
  }
  return states
}

async function outcomeOf(sent: readonly Reading[], disturb: (scene: DetectionScene) => void) {
  const scene = detectionScene({ cooldownMs: COOLDOWN_MS })
  await scene.send(...sent)
  disturb(scene)
  await scene.runToEnd()
  const history = everythingIn(scene.statistics)
  scene.statistics.close()
  return { shown: new Map([...scene.shown()].toSorted()), states: statesOf(scene), history }
}

test('any faults show the same alarms and leave the same states as none', async () => {
  await fc.assert(
    fc.asyncProperty(readings, script, async (sent, faults) => {
      const calm = await outcomeOf(sent, () => {})
      const stormy = await outcomeOf(sent, (scene) => play(scene, faults))
      assert.deepEqual(stormy, calm)
    }),
    { numRuns: 150 },
  )
})

const SENT: readonly Reading[] = [0, 60, 600, 1_200, 1_800, 1_860].map((second) => ({
  piano: 1,
  timestamp: new Date(START_MS + second * 1_000).toISOString(),
  sensore2_kw: 12,
}))

const POINTS: readonly (readonly [string, (scene: DetectionScene, crash: () => void) => void])[] = [
  ['before the alarms are appended', (scene, crash) => crashAt(scene, ALERTS_TOPIC, false, crash)],
  ['after the alarms are appended', (scene, crash) => crashAt(scene, ALERTS_TOPIC, true, crash)],
  [
    'before the state is saved',
    (scene, crash) => crashAt(scene, DETECTION_STATE_TOPIC, false, crash),
  ],
  [
    'after the state is saved',
    (scene, crash) => crashAt(scene, DETECTION_STATE_TOPIC, true, crash),
  ],
  ['before the commit', (scene, crash) => crashOnCommit(scene, 'crash', crash)],
  ['after the commit', (scene, crash) => crashOnCommit(scene, 'late-crash', crash)],
]

for (const [where, disturb] of POINTS) {
  test(`a kill ${where} changes nothing in what is shown`, async () => {
    let crashes = 0
    const calm = await outcomeOf(SENT, () => {})
    const killed = await outcomeOf(SENT, (scene) => disturb(scene, () => (crashes += 1)))
    assert.equal(crashes, 1)
    assert.equal(calm.shown.size, 4)
    assert.ok(calm.history.length > 0)
    assert.deepEqual(killed, calm)
  })
}

function crashAt(scene: DetectionScene, topic: string, isAfter: boolean, crash: () => void) {
  const append = scene.log.append.bind(scene.log)
  let isDone = false
  scene.log.append = async (to, records) => {
    const isPoint = to === topic && !isDone && records[0]?.key !== 'thresholds'
    if (isPoint) isDone = true
    if (isPoint && !isAfter) fail(crash)
    const positions = await append(to, records)
    if (isPoint) fail(crash)
    return positions
  }
}

function crashOnCommit(scene: DetectionScene, fate: CommitFate, crash: () => void) {
  let isDone = false
  scene.log.commitFate = () => {
    if (isDone) return 'committed'
    isDone = true
    crash()
    return fate
  }
}

function fail(crash: () => void): never {
  crash()
  throw new Crash()
}
