/**
 * A member of detection loses its partition for a while, or the readings topic is made anew beneath
 * it. What it remembers of the floors is no longer true then: it must begin again from what the log
 * remembers, or it would raise what another has raised, or stay silent.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Reading } from '../../src/model/reading.ts'
import { DETECTION_STATE_TOPIC, READINGS_TOPIC } from '../../src/model/topics.ts'
import type { GroupEvent, LogRecord } from '../../src/ports/log.ts'
import { type DetectionScene, detectionScene, oneLife } from '../support/detection-world.ts'

const reading = (minute: number, sensore2_kw = 12): Reading => {
  const timestamp = new Date(Date.UTC(2026, 0, 5, 7, minute)).toISOString()
  return { piano: 1, timestamp, sensore2_kw }
}

/** What a member is told and given, one after the other, until it has tried to commit so often. */
async function told(
  scene: DetectionScene,
  commitsMax: number,
  script: (
    batch: (record: LogRecord, isFenced?: boolean) => GroupEvent,
  ) => AsyncIterable<GroupEvent>,
) {
  let commits = 0
  const batch = (record: LogRecord, isFenced = false): GroupEvent => {
    const commit = async () => {
      commits += 1
      return isFenced ? ('fenced' as const) : ('committed' as const)
    }
    return { kind: 'batch', batch: { partition: 1, records: [record], commit } }
  }
  scene.log.consume = () => script(batch)
  await oneLife(scene.member(), () => commits === commitsMax)
  return [...scene.shown().keys()]
}

/** What another member, which had the partition meanwhile, saved after these readings. */
async function savedElsewhere(...readings: readonly Reading[]) {
  const elsewhere = detectionScene({ cooldownMs: 600_000 })
  await elsewhere.send(...readings)
  await elsewhere.runToEnd()
  return elsewhere.log.records(DETECTION_STATE_TOPIC).slice(-1)
}

/** Hands out the first reading, lets another member raise an alarm, then hands out the third. */
async function interrupted(isFenced: boolean, between: readonly GroupEvent[]) {
  const scene = detectionScene({ cooldownMs: 600_000 })
  const [quiet, loud] = [reading(0, 3), reading(1)]
  await scene.send(quiet, loud, reading(2))
  const [first, , third] = scene.log.records(READINGS_TOPIC)
  assert.ok(first && third)
  return told(scene, 2, async function* (batch) {
    yield { kind: 'assigned', partition: 1, nextOffset: 0 }
    yield batch(first, isFenced)
    await scene.log.append(DETECTION_STATE_TOPIC, await savedElsewhere(quiet, loud))
    yield* between
    yield batch(third)
  })
}

const REVOKED: GroupEvent = { kind: 'revoked', partition: 1 }

test('after a refused commit a member begins again from what others have saved', async () => {
  assert.deepEqual(await interrupted(true, []), [])
})

test('a partition that comes back is begun from what others have saved meanwhile', async () => {
  const assigned: GroupEvent = { kind: 'assigned', partition: 1, nextOffset: 2 }
  assert.deepEqual(await interrupted(false, [REVOKED, assigned]), [])
})

test('a readings topic that is made anew meanwhile is judged from its first reading', async () => {
  const scene = detectionScene()
  await scene.send(reading(0, 3), reading(1, 3))
  const [first, second] = scene.log.records(READINGS_TOPIC)
  assert.ok(first && second)
  const shown = await told(scene, 2, async function* (batch) {
    yield { kind: 'assigned', partition: 1, nextOffset: 0 }
    yield batch(second)
    scene.log.generation = async () => 'two'
    yield REVOKED
    yield { kind: 'assigned', partition: 1, nextOffset: 0 }
    yield batch({ ...first, value: JSON.stringify(reading(9)) })
  })
  assert.deepEqual(shown, ['1:kw:kw_over:2026-01-05T07:09:00.000Z'])
})
