/**
 * Ingestion meets an imperfect world: what it does, seen from the log and the store.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEAD_LETTER_APPEND_BYTES_MAX } from '../../src/ingestion/dead-letter.ts'
import { DEAD_LETTER_TOPIC, READINGS_TOPIC } from '../../src/model/topics.ts'
import { LogError } from '../../src/ports/log.ts'
import { eventually } from '../support/eventually.ts'
import { ingestionScene } from '../support/ingestion-world.ts'
import { unavailable } from '../support/scripted-log.ts'

const at = (second: number) => `2026-01-05T08:00:${String(second).padStart(2, '0')}Z`
const reading = (piano: number, timestamp: string, extra = {}) =>
  JSON.stringify({ piano, timestamp, sensore2_kw: 5, ...extra })

test('readings are stored as sent, unknown fields and all', async () => {
  const scene = ingestionScene()
  const value = reading(1, at(1), { sede: 'Città', delta_kwh_30s: 0.05 })
  await scene.send(value, reading(2, at(1)), reading(1, at(2)))
  await scene.runToEnd()
  assert.equal(scene.store.text(`energy:p1:${at(1)}`), value)
  assert.equal(scene.store.text('energy:p1:latest'), reading(1, at(2)))
  assert.equal(scene.store.text('energy:p1:index'), `{"timestamps":["${at(1)}","${at(2)}"]}`)
  assert.equal(scene.store.text('energy:p2:latest'), reading(2, at(1)))
})

test('bad records go to the dead letters and the readings behind them flow on', async () => {
  const scene = ingestionScene()
  const bad = [
    'not JSON',
    '[1]',
    '{"piano":2}',
    reading(2, at(1), { sensore2_kw: -1 }),
    reading(2, at(1), { sensore2_kw: '5' }),
    reading(0, at(1)),
    reading(2, '2026-01-05T08:00:00'),
    reading(2, '2027-01-05T08:00:00Z'),
    reading(2, at(1), { padding: 'x'.repeat(1024 * 1024) }),
  ]
  await scene.send(...bad, reading(2, at(9)))
  await scene.runToEnd()
  assert.equal(scene.store.text('energy:p2:latest'), reading(2, at(9)))
  assert.equal(scene.store.keys().length, 3)
  const letters = scene.deadLetters()
  assert.deepEqual(
    letters.map((letter) => letter.field),
    [
      ...['(whole record)', '(whole record)', 'timestamp', 'sensore2_kw', 'sensore2_kw'],
      ...['piano', 'timestamp', 'timestamp', '(whole record)'],
    ],
  )
  assert.equal(letters.at(-1)?.original_bytes, bad.at(-1)?.length)
  const counted = (kind: string) => scene.trace.facts.find((fact) => fact.kind === kind)
  assert.equal(counted('ingestion.batch-stored')?.deadLetters, 9)
  assert.equal(counted('ingestion.batch-stored')?.readings, 1)
  assert.equal(counted('ingestion.dead-letters')?.count, 9)
})

test('a batch is one store request', async () => {
  const scene = ingestionScene()
  await scene.send(...[1, 2, 3, 4].map((second) => reading(1, at(second))))
  await scene.runToEnd()
  assert.deepEqual(scene.store.requests, [6])
})

test('nothing is committed until a quorum holds all of it, and newer batches wait', async () => {
  const scene = ingestionScene()
  scene.log.batchSize = () => 1
  let failures = 5
  scene.store.onWrite = (write) => {
    if (write.key !== 'energy:p1:index' || failures === 0) return undefined
    failures -= 1
    assert.equal(scene.log.committed(1), 0)
    assert.equal(scene.store.text(`energy:p1:${at(2)}`), undefined)
    return failures % 2 === 0
      ? { kind: 'unknown', needed: 2, had: 1 }
      : { kind: 'busy', retryAfterMs: 50 }
  }
  await scene.send(reading(1, at(1)), reading(1, at(2)))
  await scene.runToEnd()
  assert.equal(failures, 0)
  assert.equal(scene.store.text('energy:p1:index'), `{"timestamps":["${at(1)}","${at(2)}"]}`)
  assert.equal(scene.trace.count('ingestion.store-waiting.over'), 1)
})

test('it waits while the store has fewer shards than expected, and says so', async () => {
  const scene = ingestionScene({ expectedShards: 3 })
  scene.store.shards = 2
  await scene.send(reading(1, at(1)))
  const member = scene.start()
  const said = await eventually('it says that it waits', () =>
    scene.trace.facts.find((fact) => fact.kind === 'ingestion.waiting-for-shards'),
  )
  assert.match(String(said.reason), /2 of 3 shards/)
  assert.equal(scene.store.keys().length, 0)
  scene.store.shards = 3
  await eventually('the reading is stored', () => scene.store.text('energy:p1:latest'))
  await member.stop()
})

test('after a failed write it asks for the shards before it presses the store again', async () => {
  const scene = ingestionScene({ expectedShards: 3 })
  scene.store.onWrite = () => {
    scene.store.shards = 2
    return { kind: 'unknown', needed: 2, had: 1 }
  }
  await scene.send(reading(1, at(1)))
  const member = scene.start()
  const waits = () => scene.trace.facts.filter((fact) => fact.kind === 'ingestion.store-waiting')
  await eventually('it waits for the shard', () => waits().length > 3)
  assert.equal(scene.store.requests.length, 1)
  assert.match(String(waits().at(-1)?.reason), /2 of 3 shards/)
  scene.store.onWrite = () => undefined
  scene.store.shards = 3
  await eventually('the reading is committed', () => scene.log.isDrained(READINGS_TOPIC))
  await member.stop()
})

test('many large dead letters are appended in pieces that a broker takes', async () => {
  const scene = ingestionScene()
  const appends: number[] = []
  scene.log.beforeAppend = (topic, records) => {
    if (topic !== DEAD_LETTER_TOPIC) return
    appends.push(records.reduce((sum, record) => sum + record.value.length, 0))
  }
  const bad = Array.from({ length: 40 }, (_, n) => `${n} ${'x'.repeat(40_000)}`)
  await scene.send(...bad)
  await scene.runToEnd()
  assert.equal(scene.deadLetters().length, 40)
  assert.ok(appends.every((length) => length <= DEAD_LETTER_APPEND_BYTES_MAX))
})

test('asked to stop while the store is away it ends without committing', async () => {
  const scene = ingestionScene()
  scene.store.onWrite = () => ({ kind: 'no-shards' })
  await scene.send(reading(1, at(1)))
  const member = scene.start()
  await eventually('it waits', () => scene.trace.count('ingestion.store-waiting') > 2)
  await member.stop()
  assert.equal(scene.log.committed(1), 0)
})

test('asked to stop in the middle of a batch it finishes and commits that one', async () => {
  const scene = ingestionScene()
  scene.log.batchSize = () => 1
  await scene.send(reading(1, at(1)), reading(1, at(2)))
  let stopping: Promise<void> | undefined
  const member = scene.start()
  scene.store.onWrite = () => {
    stopping ??= member.stop()
    return undefined
  }
  await eventually('it is asked to stop', () => stopping !== undefined)
  await stopping
  assert.equal(scene.log.committed(1), 1)
  assert.equal(scene.store.text('energy:p1:latest'), reading(1, at(1)))
})

test('an index that cannot be read is waited for, never begun anew', async () => {
  const scene = ingestionScene()
  await scene.send(reading(1, at(1)))
  await scene.runToEnd()
  let failures = 3
  scene.store.onRead = () => {
    failures -= 1
    return failures >= 0 ? { kind: 'unavailable', needed: 2, had: 1 } : undefined
  }
  await scene.send(reading(1, at(2)))
  await scene.runToEnd()
  assert.equal(scene.store.text('energy:p1:index'), `{"timestamps":["${at(1)}","${at(2)}"]}`)
})

test('a reading that the store will never take becomes a dead letter', async () => {
  const scene = ingestionScene()
  const key = `energy:p1:${at(2)}`
  scene.store.onWrite = (write) =>
    write.key === key ? { kind: 'invalid', field: 'key', reason: 'is too long' } : undefined
  await scene.send(reading(1, at(1)), reading(1, at(2)), reading(1, at(3)))
  await scene.runToEnd()
  assert.deepEqual(
    scene.deadLetters().map(({ field, reason, offset }) => ({ field, reason, offset })),
    [{ field: 'key', reason: 'is too long', offset: 1 }],
  )
  assert.equal(scene.store.text('energy:p1:index'), `{"timestamps":["${at(1)}","${at(3)}"]}`)
})

test('an index that the store will never take ends the stage with a sentence', async () => {
  const scene = ingestionScene()
  scene.store.onWrite = (write) =>
    write.key === 'energy:p1:index'
      ? { kind: 'invalid', field: 'value', reason: 'is too large' }
      : undefined
  await scene.send(reading(1, at(1)))
  await assert.rejects(scene.runToEnd(), /energy:p1:index: value is too large.*--index-size/)
})

test('a dead letter that the broker finds too large is cut until it is taken', async () => {
  const scene = ingestionScene()
  scene.log.beforeAppend = (topic, records) => {
    const isLarge = records.some((record) => record.value.length > 1_000)
    if (topic === DEAD_LETTER_TOPIC && isLarge) {
      throw new LogError('record-too-large', 'Too large.', 'Cut it.')
    }
  }
  await scene.send('x'.repeat(20_000), reading(1, at(1)))
  await scene.runToEnd()
  const [letter] = scene.deadLetters()
  assert.equal(letter?.original_bytes, 20_000)
  assert.equal(String(letter?.value).length, 512)
})

test('an outage of the log is waited out, for dead letters and for commits', async () => {
  const scene = ingestionScene()
  await scene.send('bad', reading(1, at(1)))
  let outages = 4
  const fails = () => {
    outages -= 1
    return outages >= 0
  }
  scene.log.beforeAppend = () => {
    if (outages > 2 && fails()) throw unavailable()
  }
  scene.log.commitFate = () => (fails() ? 'unavailable' : 'committed')
  await scene.runToEnd()
  assert.equal(scene.deadLetters().length, 1)
  assert.ok(scene.log.isDrained(READINGS_TOPIC))
})

test('dead letters repeated after a crash carry the same key', async () => {
  const scene = ingestionScene()
  const fates = ['crash', 'committed'] as const
  let commits = 0
  scene.log.commitFate = () => {
    commits += 1
    return fates[commits - 1] ?? 'committed'
  }
  await scene.send('bad')
  await scene.runToEnd()
  const letters = scene.log.records(DEAD_LETTER_TOPIC)
  assert.deepEqual(
    letters.map((letter) => letter.key),
    ['0-0', '0-0'],
  )
  assert.equal(letters[0]?.value, letters[1]?.value)
})

test('lag is told also while the store is away', async () => {
  const scene = ingestionScene()
  scene.store.onWrite = () => ({ kind: 'failed', reason: 'down' })
  await scene.send(reading(1, at(1)), reading(1, at(2)))
  const member = scene.start()
  const lag = await eventually('the lag is told', () =>
    scene.trace.facts.find((fact) => fact.kind === 'ingestion.lag' && fact.partition === 1),
  )
  assert.equal(lag.records, 2)
  await member.stop()
})
