/**
 * A member of ingestion loses its partition for a while. Another one has stored readings meanwhile,
 * so what the first remembers of the indexes is no longer true: it must read them again, or it
 * would write an index that lacks what the other has stored.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { indexKey } from '../../src/model/keys.ts'
import { READINGS_TOPIC } from '../../src/model/topics.ts'
import type { GroupEvent, LogRecord } from '../../src/ports/log.ts'
import { type IngestionScene, ingestionScene } from '../support/ingestion-world.ts'

const at = (second: number) => `2026-01-05T08:00:0${second}Z`
const reading = (second: number) =>
  JSON.stringify({ piano: 1, timestamp: at(second), sensore2_kw: second })
const index = (...seconds: number[]) => JSON.stringify({ timestamps: seconds.map(at) })

/** What the other member has left in the store when it has stored readings 1 and 2. */
async function storedElsewhere({ store }: IngestionScene) {
  const order = Date.UTC(2026, 0, 5, 8, 0, 2)
  await store.write([{ key: indexKey(1), text: index(1, 2), order }])
}

/** Hands out the first reading, lets another member store two, then hands out the third. */
async function interrupted(
  outcome: 'committed' | 'fenced',
  between: (partition: number) => readonly GroupEvent[],
) {
  const scene = ingestionScene()
  await scene.send(reading(1), reading(2), reading(3))
  const [first, , third] = scene.log.records(READINGS_TOPIC)
  assert.ok(first && third)
  const batch = (record: LogRecord, answer: 'committed' | 'fenced'): GroupEvent => {
    return { kind: 'batch', batch: { partition: 1, records: [record], commit: async () => answer } }
  }
  let isOver = false
  scene.log.consume = async function* () {
    yield { kind: 'assigned', partition: 1, nextOffset: 0 }
    yield batch(first, outcome)
    await storedElsewhere(scene)
    yield* between(1)
    yield batch(third, 'committed')
    isOver = true
  }
  const member = scene.start()
  while (!isOver) await new Promise((resolve) => setImmediate(resolve))
  await member.stop()
  return scene
}

test('a partition that was revoked and comes back is begun from what others stored', async () => {
  const { store } = await interrupted('committed', (partition) => [
    { kind: 'revoked', partition },
    { kind: 'assigned', partition, nextOffset: 2 },
  ])
  assert.equal(store.text('energy:p1:index'), index(1, 2, 3))
})

test('a refused commit alone is enough to read the indexes again', async () => {
  const { store, trace } = await interrupted('fenced', () => [])
  assert.equal(store.text('energy:p1:index'), index(1, 2, 3))
  assert.equal(trace.count('ingestion.batch-fenced'), 1)
})

test('while the partition stays its own, a member reads an index once', async () => {
  const scene = ingestionScene()
  const reads: string[] = []
  scene.store.onRead = (key) => void reads.push(key)
  scene.log.batchSize = () => 1
  await scene.send(reading(1), reading(2), reading(3))
  await scene.runToEnd()
  assert.equal(scene.store.text('energy:p1:index'), index(1, 2, 3))
  assert.deepEqual(reads, [indexKey(1)])
})
