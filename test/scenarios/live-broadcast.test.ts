/**
 * What becomes of an alert that another detector broadcasts: a notification for each of its events,
 * each id once, and nothing that has no business in the log.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EVENTS_MAX } from '../../src/live/followed-live.ts'
import { ALERTS_TOPIC } from '../../src/model/topics.ts'
import { coordinatorFace } from '../support/face.ts'
import { foreignAlert, startLive } from '../support/live-world.ts'
import { scriptedLog } from '../support/scripted-log.ts'

const values = (log: ReturnType<typeof scriptedLog>) =>
  log.records(ALERTS_TOPIC).map(({ value }) => JSON.parse(value))

test('a broadcast answers with what became of each event, and reads its own write', async (t) => {
  const log = scriptedLog(1)
  const live = startLive(t, log)
  const first = await live.broadcast(foreignAlert(0, ['kw_over', 'amp_over', 'volt_over']))
  assert.deepEqual(first, { kind: 'done', accepted: 3, suppressed: 0 })
  const stamp = 1_750_000_000
  assert.deepEqual(live.ids(), [
    `1:kw:kw_over:${stamp}`,
    `1:corrente:amp_over:${stamp}`,
    `1:tensione:volt_over:${stamp}`,
  ])
  const again = await live.broadcast(foreignAlert(0, ['dkwh_over', 'kw_over']))
  assert.deepEqual(again, { kind: 'done', accepted: 1, suppressed: 1 })
  assert.equal(log.records(ALERTS_TOPIC).length, 4)
})

test('an alert without events is one notification; another of its time a repeat', async (t) => {
  const live = startLive(t, scriptedLog(1))
  const alert = { piano: 3, timestamp: 1_750_000_000 }
  assert.deepEqual(await live.broadcast(alert), { kind: 'done', accepted: 1, suppressed: 0 })
  assert.deepEqual(await live.broadcast({ ...alert, eventi: [] }), {
    kind: 'done',
    accepted: 0,
    suppressed: 1,
  })
  assert.deepEqual(live.ids(), ['3:delta_kwh:anomaly:1750000000'])
})

test('what no notification has is not kept: no token, no document, no novel', async (t) => {
  const log = scriptedLog(1)
  const live = startLive(t, log)
  await live.broadcast({ ...foreignAlert(0), ...{ _token: 'secret', thresholds: {} } })
  await live.broadcast({ piano: 1, timestamp: 1, eventi: [{ descrizione: 'x'.repeat(100_000) }] })
  assert.deepEqual(Object.keys(values(log)[0]).sort(), ['kind', 'notification'])
  assert.doesNotMatch(JSON.stringify(values(log)), /secret|_token/)
  assert.ok(log.records(ALERTS_TOPIC).every(({ value }) => value.length < 2_000))
})

test('what an alert says again and again is one record', async (t) => {
  const log = scriptedLog(1)
  const live = startLive(t, log)
  const same = Array.from({ length: EVENTS_MAX - 1 }, () => 'kw_over')
  const outcome = await live.broadcast(foreignAlert(0, ['amp_over', ...same]))
  assert.deepEqual(outcome, { kind: 'done', accepted: 2, suppressed: EVENTS_MAX - 2 })
  assert.equal(log.records(ALERTS_TOPIC).length, 2)
})

test('an alert of too many events is refused, with the field and the number', async (t) => {
  const log = scriptedLog(1)
  const live = startLive(t, log)
  const face = await coordinatorFace(t, { live })
  const tipi = Array.from({ length: EVENTS_MAX + 1 }, (_, i) => `kw_${i}`)
  const refused = await face.post('/internal/broadcast', foreignAlert(0, tipi))
  const msg = `has ${EVENTS_MAX + 1} entries; at most ${EVENTS_MAX} are taken, split it`
  const detail = [{ loc: ['body', 'eventi'], msg, type: 'limit' }]
  assert.deepEqual([refused.status, refused.body.detail], [422, detail])
  assert.equal(log.records(ALERTS_TOPIC).length, 0)
  const fits = await face.post('/internal/broadcast', foreignAlert(0, tipi.slice(1)))
  assert.deepEqual([fits.status, fits.body.accepted], [200, EVENTS_MAX])
})
