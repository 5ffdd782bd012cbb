/**
 * SIGTERM to every role while it is at work: it takes no more, finishes and ends with 0. A role
 * that is not through after 9 s ends itself with 1, so the exit code also says that it was in time.
 */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { must } from '../../src/model/must.ts'
import { eventually } from '../support/eventually.ts'
import { keepAsking } from '../support/keep-asking.ts'
import { startRole } from '../support/process.ts'
import { recordedFloor } from '../support/recorded-floor.ts'
import { startPipeline } from '../support/running-pipeline.ts'
import { type WireClient, wireClient } from '../support/wire-client.ts'

/** Readings between two stops: those that are left have work. */
const BETWEEN = 30
/** Twenty recorded minutes in a second. */
const REPLAY_SPEED = '1200'
/** Clients that each send one request after the other. */
const CLIENTS = 8

test('asked to stop in the middle of its work, every role ends with 0', async (t) => {
  const pipeline = await startPipeline(t)
  const { store, ingestion, detector, logFlags } = pipeline
  const meters = pipeline.startMeters()
  const [simulator, replay, login] = await Promise.all([
    startRole(['simulate', '--interval-seconds', '0.02', ...logFlags]),
    startRole(['replay', recordedFloor(300), '--speed', REPLAY_SPEED, '--loop', ...logFlags]),
    startRole(['login', '--port', '0']),
  ])
  const clients = [
    keepWriting(t, wireClient(store.url)),
    keepLoggingIn(t, wireClient(login.address)),
  ]
  const [firstShard, ...otherShards] = store.shards
  const areAtWork = () =>
    clients.every(({ statuses }) => statuses.filter((status) => status === 200).length > CLIENTS)

  await eventually('there is load', areAtWork)
  await meters.send(BETWEEN)
  await must(firstShard).stop()
  for (const role of [login, simulator, replay]) {
    await meters.send(BETWEEN)
    assert.deepEqual(await role.stop(), { code: 0, signal: null }, role.stderr())
  }
  await meters.send(BETWEEN)
  await store.coordinator.stop()
  await meters.send(BETWEEN)
  for (const waiting of [ingestion, detector, ...otherShards]) await waiting.stop()
  for (const client of clients) await client.stop()
})

test('stages end with 0 though the coordinator hangs', async (t) => {
  const pipeline = await startPipeline(t)
  const { store, ingestion, detector } = pipeline
  const meters = pipeline.startMeters()
  await meters.send(BETWEEN)
  store.coordinator.current().kill('SIGSTOP')
  t.after(() => store.coordinator.current().kill('SIGCONT'))
  await meters.send(BETWEEN)
  await Promise.all([ingestion.stop(), detector.stop()])
})

const keepWriting = (t: TestContext, client: WireClient) =>
  keepAsking(t, CLIENTS, (n) => client.put(`/key/load-${n % 100}`, { value: { n } }))

const keepLoggingIn = (t: TestContext, client: WireClient) =>
  keepAsking(t, CLIENTS, () => client.post('/login', { username: 'admin', password: 'admin' }))
