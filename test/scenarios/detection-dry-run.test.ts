/**
 * A dry run of detection from the log: it says what would be raised, and nothing is different
 * afterwards.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ALERTS_TOPIC, DETECTION_STATE_TOPIC, READINGS_TOPIC } from '../../src/model/topics.ts'
import { detectionScene, oneLife } from '../support/detection-world.ts'
import { everythingIn } from '../support/statistics.ts'

/** Over its limit. */
const reading = (piano: number, minute: number) => {
  const timestamp = new Date(Date.UTC(2026, 0, 5, 7, minute)).toISOString()
  return { piano, timestamp, sensore2_kw: 12 }
}

test('a dry run says what it would raise and leaves no mark', async () => {
  const scene = detectionScene()
  await scene.send(reading(2, 0), ...[0, 10, 20, 30].map((minute) => reading(1, minute)))
  await oneLife(scene.member(true), () => scene.trace.count('detection.would-raise') === 5)
  assert.deepEqual(everythingIn(scene.statistics), [])
  for (const topic of [ALERTS_TOPIC, DETECTION_STATE_TOPIC]) {
    assert.deepEqual(scene.log.records(topic), [])
  }
  assert.equal(scene.log.committed(1), 0)
})

test('a dry run begins where the group stands, with what the group knows', async () => {
  const scene = detectionScene({ cooldownMs: 600_000 })
  await scene.send(reading(1, 0))
  await scene.runToEnd()
  await scene.send(reading(1, 5), reading(1, 10), reading(1, 15), reading(1, 20))
  scene.log.followSize = () => 1
  const starts: unknown[] = []
  const follow = scene.log.follow
  scene.log.follow = (topic, start, signal) => {
    if (topic === READINGS_TOPIC) starts.push(start)
    return follow(topic, start, signal)
  }
  await oneLife(scene.member(true), () => scene.trace.count('detection.would-raise') > 1)
  const would = scene.trace.facts.filter(({ kind }) => kind === 'detection.would-raise')
  assert.deepEqual(
    would.map(({ alert }) => alert),
    ['1:2026-01-05T07:10:00.000Z', '1:2026-01-05T07:20:00.000Z'],
  )
  const places = [
    { partition: 0, offset: 0 },
    { partition: 1, offset: 1 },
  ]
  assert.deepEqual(starts, [places])
})
