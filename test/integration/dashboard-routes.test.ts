/**
 * What a dashboard asks of a whole building in one process: readings and alarms by one connection,
 * the last minutes in points, a limit that is tried, the stages at work.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listenTo } from '../support/event-stream.ts'
import { eventually } from '../support/eventually.ts'
import { startRole } from '../support/process.ts'
import { wireClient } from '../support/wire-client.ts'

const UP = ['up', '--port', '0', '--login-ports', '0,0']
/** Readings several times a second, each floor with an anomaly in each. */
const BUSY = ['--interval-seconds', '0.25', '--anomaly-rate', '1']
const MINUTE_MS = 60_000

test('one process shows its readings, alarms, history and stages to a dashboard', async (t) => {
  const up = await startRole([...UP, ...BUSY], { env: { HIST_DAYS: '2' } })
  const client = wireClient(up.address)
  const live = await listenTo(t, up.address, { path: '/api/v1/live' })
  await live.hears('reading', 12)
  await live.hears('anomaly')
  const floors = new Set(live.data('reading').map(({ piano }) => piano))
  assert.deepEqual([...floors].sort(), [1, 2, 3])

  const nowMs = Date.now()
  const iso = (ms: number) => encodeURIComponent(new Date(ms).toISOString())
  const stretch = `from=${iso(nowMs - 10 * MINUTE_MS)}&to=${iso(nowMs + MINUTE_MS)}`
  const points = await eventually('the history has them', async () => {
    const path = `/api/v1/readings?floor=1&metric=kw&${stretch}&step=1`
    const { status, text, body } = await client.get(path)
    assert.equal(status, 200, text)
    const found = body.points as readonly { t: number; count: number; min: number; max: number }[]
    return found.length >= 3 ? found : undefined
  })
  const perStep = points.map(({ count }) => count)
  assert.ok(Math.max(...perStep) <= 5, `four readings a second: ${perStep}`)

  const trial = await eventually('readings of all floors are stored and tried', async () => {
    const path = `/api/v1/thresholds/preview?floor=default&metric=kw&value=0&${stretch}`
    const answer = await client.get(path)
    return Number(answer.body.readings) >= 9 ? answer : undefined
  })
  const { readings, over, notifications } = trial.body as Record<string, number>
  assert.ok(Number(over) <= Number(readings), trial.text)
  assert.ok(Number(notifications) >= 1 && Number(notifications) <= Number(over), trial.text)

  const system = await eventually('all stages are at work', async () => {
    const { body } = await client.get('/api/v1/system')
    const stages = body.pipeline as readonly { stage: string; ratePerSecond: number }[]
    const names = stages.map(({ stage }) => stage)
    assert.deepEqual(names, ['simulator', 'ingestion', 'detection', 'archive', 'live'])
    return stages.every(({ ratePerSecond }) => ratePerSecond > 0) ? body : undefined
  })
  assert.partialDeepStrictEqual(system.store, { total_nodes: 3, reachable: true })
  await eventually('it cares for the replicas, and its shards count their reads', async () => {
    const { body } = await client.get('/api/v1/system')
    const { shards } = body.store as { shards: readonly { cache: { hits: number } | null }[] }
    return body.care !== null && shards.every(({ cache }) => cache !== null && cache.hits > 0)
  })
  assert.equal((await up.stop()).code, 0, up.stderr())
  await eventually('the stream has ended with it', () => live.isOver())
})

test('a coordinator alone tells of itself, and of no stage that it does not run', async () => {
  const coordinator = await startRole(['coordinator', '--port', '0'])
  const { body } = await wireClient(coordinator.address).get('/api/v1/system')
  assert.deepEqual(body.pipeline, [{ stage: 'live', ratePerSecond: 0, lag: null, errors: 0 }])
  assert.partialDeepStrictEqual(body.store, { total_nodes: 0, reachable: false })
  assert.equal(body.care, null, 'there is nothing to care for')
  assert.equal((await coordinator.stop()).code, 0, coordinator.stderr())
})
