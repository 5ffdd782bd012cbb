/**
 * Alert documents reach the store in the end, each event once, whatever the store or a kill of the
 * archive does in between.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { seededRandom } from '../../src/adapters/seeded-random.ts'
import { ARCHIVE_BATCH_RECORDS_MAX, createAlertArchive } from '../../src/detection/archive.ts'
import { alertRecordsOf } from '../../src/detection/batch.ts'
import { step } from '../../src/detection/step.ts'
import type { Alert } from '../../src/model/alert.ts'
import { incidentKey } from '../../src/model/keys.ts'
import { ALERTS_TOPIC } from '../../src/model/topics.ts'
import type { WriteOutcome } from '../../src/store/client.ts'
import { checked, oneLife, stepContext } from '../support/detection-world.ts'
import { anIncident } from '../support/evidence.ts'
import { fakeStore } from '../support/fake-store.ts'
import { instantClock } from '../support/instant-clock.ts'
import { type CommitFate, scriptedLog } from '../support/scripted-log.ts'
import { recordingTrace } from '../support/traces.ts'

/** An alert over the limits of power and current, `ms` after 08:00. */
function alertAt(ms: number, floor = 1): Alert {
  const timestamp = new Date(Date.UTC(2026, 0, 5, 8) + ms).toISOString()
  const fields = { piano: floor, sensore2_kw: 12, sensore3_corrente: 20 }
  const result = step(undefined, checked(timestamp, fields), stepContext())
  assert.ok(result.kind === 'judged' && result.alert)
  return result.alert
}

function archiveScene(store = fakeStore()) {
  const [log, trace] = [scriptedLog(), recordingTrace()]
  const world = { log, store, trace, clock: instantClock(), random: seededRandom('archive') }
  const append = (value: unknown, key = '1') =>
    log.append(ALERTS_TOPIC, [
      { key, value: typeof value === 'string' ? value : JSON.stringify(value) },
    ])
  return {
    ...{ log, store, trace, append },
    raise: async (alert: Alert) => {
      for (const record of alertRecordsOf(alert, 0)) await append(record, String(alert.piano))
    },
    lifeUntil: (isEnough: () => boolean) => oneLife(createAlertArchive(world), isEnough),
    async runToEnd() {
      const isDrained = () => log.isDrained(ALERTS_TOPIC)
      while (!isDrained()) await oneLife(createAlertArchive(world), isDrained)
    },
    document: (key: string) => JSON.parse(store.text(key) ?? 'null'),
  }
}

const SECOND = Date.UTC(2026, 0, 5, 8) / 1000
const kindsOf = (document: Alert | null) => document?.eventi.map(({ tipo }) => tipo)

test('the events of one alert meet again in one document under floor and second', async () => {
  const scene = archiveScene()
  await scene.raise(alertAt(250))
  await scene.runToEnd()
  assert.deepEqual(scene.store.keys(), [`alerts:1:${SECOND}`])
  assert.deepEqual(scene.document(`alerts:1:${SECOND}`), JSON.parse(JSON.stringify(alertAt(250))))
})

test('a later alert of the same second joins, other seconds and floors stand alone', async () => {
  const scene = archiveScene()
  for (const alert of [alertAt(0), alertAt(999), alertAt(1_000), alertAt(0, 2)])
    await scene.raise(alert)
  await scene.runToEnd()
  assert.deepEqual(kindsOf(scene.document(`alerts:1:${SECOND}`)), [
    ...['kw_over', 'amp_over'],
    ...['kw_over', 'amp_over'],
  ])
  assert.deepEqual(kindsOf(scene.document(`alerts:1:${SECOND + 1}`)), ['kw_over', 'amp_over'])
  assert.deepEqual(kindsOf(scene.document(`alerts:2:${SECOND}`)), ['kw_over', 'amp_over'])
})

test('what is delivered again is not written again', async () => {
  const scene = archiveScene()
  for (const ms of [0, 999, 0]) await scene.raise(alertAt(ms))
  await scene.runToEnd()
  const before = scene.document(`alerts:1:${SECOND}`)
  await scene.raise(alertAt(999))
  await scene.runToEnd()
  assert.deepEqual(scene.document(`alerts:1:${SECOND}`), before)
  assert.deepEqual(scene.store.requests, [1])
})

test('who was stopped between reading and writing takes nothing from his successor', async () => {
  const scene = archiveScene()
  const successor = archiveScene(scene.store)
  for (const one of [scene, successor]) await one.raise(alertAt(0))
  await successor.raise(alertAt(999))
  const write = scene.store.write
  scene.store.write = async (writes) => {
    scene.store.write = write
    await successor.runToEnd()
    return write(writes)
  }
  await scene.runToEnd()
  assert.equal(scene.document(`alerts:1:${SECOND}`).eventi.length, 4)
})

test('an alert joins a document that another detector wrote, and both are kept', async () => {
  const scene = archiveScene()
  const [key, order] = [`alerts:1:${SECOND}`, Date.UTC(2030, 0, 1)]
  await scene.store.write([{ key, text: '{"eventi":[{"tipo":"spia"}],"note":"by hand"}', order }])
  await scene.raise(alertAt(0))
  await scene.runToEnd()
  assert.deepEqual(kindsOf(scene.document(key)), ['spia', 'kw_over', 'amp_over'])
})

test('an incident stands under its beginning, as it is by now', async () => {
  const scene = archiveScene()
  const [open, other] = [anIncident(), anIncident({ floor: 2 })]
  const closed = { ...open, state: 'closed', changedMs: open.changedMs + 5_000 } as const
  for (const incident of [open, other, closed, open]) {
    await scene.append({ kind: 'incident', incident })
  }
  await scene.append({ kind: 'incident', incident: { ...open, floor: 'x' } })
  await scene.append({ kind: 'incident' })
  await scene.runToEnd()
  const keyOf = (floor: number) => incidentKey(open.startMs, floor, 'kw', 'higher')
  assert.deepEqual(scene.store.keys().toSorted(), [keyOf(1), keyOf(2)])
  assert.deepEqual(scene.document(keyOf(1)), closed)
})

test('what was learned of a series stands under its name, as it is by now', async () => {
  const scene = archiveScene()
  const early = {
    ...{ floor: 3, metric: 'kw', learned: 'first-days', days: 1.2, stepMs: 30_000, shift: null },
    ...{ alarmsPerMonth: 0.5, timeMs: SECOND * 1000 },
  }
  const late = { ...early, learned: 'daily-profile', days: 4, timeMs: early.timeMs + 1 }
  for (const learned of [late, early, { ...late, metric: 'watt' }]) {
    await scene.append({ kind: 'learned', learned })
  }
  await scene.runToEnd()
  assert.deepEqual(scene.store.keys(), ['learned:p3:kw'])
  assert.deepEqual(scene.document('learned:p3:kw'), late)
})

test('a document that is spoilt is told, and where it stands', async () => {
  const scene = archiveScene()
  await scene.append({ kind: 'incident', incident: { ...anIncident(), startMs: null } })
  await scene.append({ kind: 'learned' })
  await scene.append({ kind: 'read', ids: [] })
  await scene.append('no JSON')
  await scene.runToEnd()
  const told = scene.trace.facts.filter(({ kind }) => kind === 'archive.not-admitted')
  const at = { kind: 'archive.not-admitted', level: 'warn', partition: 1 }
  assert.deepEqual(told, [
    { ...at, document: 'incident', offset: 0 },
    { ...at, document: 'learned', offset: 1 },
  ])
})

test('while the store is away nothing is committed, and everything is written later', async () => {
  const scene = archiveScene()
  let refusals = 6
  scene.store.onRead = () =>
    refusals-- > 3 ? { kind: 'unavailable', needed: 2, had: 1 } : undefined
  scene.store.onWrite = () => {
    assert.equal(scene.log.committed(1), 0)
    return refusals-- > 0 ? { kind: 'no-shards' } : undefined
  }
  await scene.raise(alertAt(0))
  await scene.runToEnd()
  assert.deepEqual(kindsOf(scene.document(`alerts:1:${SECOND}`)), ['kw_over', 'amp_over'])
  assert.ok(scene.trace.count('archive.store-waiting') > 0)
})

test('an archive that is asked to stop while the store is away commits nothing', async () => {
  const scene = archiveScene()
  scene.store.onWrite = () => ({ kind: 'no-shards' })
  await scene.raise(alertAt(0))
  await scene.lifeUntil(() => scene.trace.count('archive.store-waiting') > 2)
  assert.equal(scene.log.committed(1), 0)
})

test('a document that the store will never take is told and holds up no other', async () => {
  const scene = archiveScene()
  const refused = `alerts:1:${SECOND}`
  scene.store.onWrite = ({ key }) =>
    key === refused ? { kind: 'invalid', field: 'value', reason: 'too long' } : undefined
  await scene.raise(alertAt(0))
  await scene.raise(alertAt(5_000))
  await scene.runToEnd()
  assert.deepEqual(scene.store.keys(), [`alerts:1:${SECOND + 5}`])
  assert.equal(scene.trace.count('archive.refused'), 1)
})

test('records without a document, and what is no record at all, are passed over', async () => {
  const scene = archiveScene()
  const [record] = alertRecordsOf(alertAt(0), 0)
  assert.ok(record?.kind === 'notification')
  await scene.append({ kind: 'notification', notification: record.notification })
  await scene.append({ kind: 'read', ids: ['a'] })
  for (const value of ['null', '7', 'not json', '{"kind":"notification","alert":{"piano":1}}']) {
    await scene.append(value)
  }
  await scene.raise(alertAt(0))
  await scene.runToEnd()
  assert.deepEqual(scene.store.keys(), [`alerts:1:${SECOND}`])
})

test('the largest batch is one request that the store takes', () => {
  const longest = 64 * 1024
  assert.ok(ARCHIVE_BATCH_RECORDS_MAX * longest < 4 * 1024 * 1024)
})

const outcome = fc.constantFrom<WriteOutcome | undefined>(
  undefined,
  { kind: 'unknown', needed: 2, had: 1 },
  { kind: 'failed', reason: 'nobody' },
)
const fate = fc.constantFrom<CommitFate>(
  'committed',
  'crash',
  'late-crash',
  'fenced',
  'unavailable',
)

test('any sequence of kills and failed writes leaves each event once', async () => {
  const times = fc.array(fc.nat(2_500), { minLength: 1, maxLength: 12 })
  const faults = fc.tuple(fc.array(outcome, { maxLength: 20 }), fc.array(fate, { maxLength: 20 }))
  await fc.assert(
    fc.asyncProperty(
      times,
      faults,
      fc.integer({ min: 1, max: 5 }),
      async (sent, [writes, fates], size) => {
        const scene = archiveScene()
        const [nextWrite, nextFate] = [writes.values(), fates.values()]
        scene.store.onWrite = () => nextWrite.next().value
        scene.log.commitFate = () => nextFate.next().value ?? 'committed'
        scene.log.batchSize = () => size
        scene.log.redeliver = () => size
        for (const ms of sent) await scene.raise(alertAt(ms))
        await scene.runToEnd()
        const seconds = Map.groupBy(new Set(sent), (ms) => SECOND + Math.floor(ms / 1_000))
        assert.equal(scene.store.keys().length, seconds.size)
        for (const [second, own] of seconds) {
          assert.equal(scene.document(`alerts:1:${second}`)?.eventi.length, own.length * 2)
        }
      },
    ),
    { numRuns: 60 },
  )
})
