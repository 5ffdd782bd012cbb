/**
 * What is promised about outages, with real processes that stay away for a while: nobody is told
 * "not found" by a store that cannot know, readings wait in the log, alarms go on, and nothing is
 * lost or shown twice when all are back.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { must } from '../../src/model/must.ts'
import { eventually } from '../support/eventually.ts'
import { keepAsking } from '../support/keep-asking.ts'
import { expectedAlarms, type Meters } from '../support/meters.ts'
import { type RunningPipeline, startPipeline } from '../support/running-pipeline.ts'
import { type WireClient, wireClient } from '../support/wire-client.ts'

/** Readings enough for some alarms on each floor. */
const ROUND = 180
/** A coordinator that finds no shard says so soon. */
const IMPATIENT = {}
/** A busy machine may need this to start a process and judge what waits. */
const SHOWN_MS_MAX = 60_000

test('with all shards down, keys are 503, alarms go on and readings wait in the log', async (t) => {
  const pipeline = await startPipeline(t, IMPATIENT)
  const { store, log } = pipeline
  const client = wireClient(store.url)
  const meters = pipeline.startMeters()
  const known = await someStoredKey(client, meters)
  const witness = keepAsking(t, 1, () => client.get(known))

  await Promise.all(store.shards.map((shard) => shard.kill()))
  await meters.send(ROUND)
  await keysAreUnavailable(client, known)
  await alarmsAreShown(pipeline, meters)
  const storedMeanwhile = await log.done('stored')

  await store.coordinator.kill()
  await meters.send(ROUND)
  await store.coordinator.start()
  await noShardIsKnown(client, known)
  await alarmsAreShown(pipeline, meters)

  await pipeline.detector.kill()
  await meters.send(ROUND)
  await pipeline.detector.start()
  await alarmsAreShown(pipeline, meters)

  assert.equal(await log.done('stored'), storedMeanwhile, 'readings wait in the log')
  await Promise.all(store.shards.map((shard) => shard.start()))
  await eventually('the key is there', async () => (await client.get(known)).status === 200)
  await pipeline.reckon(meters)
  assert.deepEqual(new Set(await witness.stop()), new Set([200, 503]), 'it was never 404')
  await pipeline.stop()
})

async function someStoredKey(client: WireClient, meters: Meters): Promise<string> {
  await meters.send(1)
  const { piano, timestamp } = must(meters.acknowledged[0])
  const path = `/key/energy:p${piano}:${timestamp}`
  await eventually('the first reading', async () => (await client.get(path)).status === 200)
  return path
}

async function keysAreUnavailable(client: WireClient, known: string): Promise<void> {
  for (const path of [known, '/key/never-written']) {
    const { status, body } = await client.get(path)
    assert.deepEqual([status, body.needed, body.had], [503, 2, 0], path)
    assert.match(String(body.detail), /^0 of the 2 replicas .* so nobody knows\.$/)
  }
  const written = await client.put('/key/x', { value: {} })
  assert.ok([502, 504].includes(written.status), `PUT: ${written.text}`)
  const scanned = await client.get('/scan?prefix=energy:')
  assert.deepEqual([scanned.status, typeof scanned.body.detail], [503, 'string'])
  const ready = await client.get('/readyz')
  assert.deepEqual([ready.status, typeof ready.body.detail], [503, 'string'])
  assert.equal((await client.get('/health')).status, 200)
}

/** A coordinator that came while all shards were away has nobody to ask about the ring. */
async function noShardIsKnown(client: WireClient, known: string): Promise<void> {
  const { status, body } = await client.get(known)
  assert.deepEqual([status, body], [503, { detail: 'Nessun nodo KVS registrato' }])
}

/** Of everything that was acknowledged until now. */
async function alarmsAreShown({ watcher }: RunningPipeline, { acknowledged }: Meters) {
  const ids = [...expectedAlarms([...acknowledged]).keys()]
  const areShown = () => {
    const shown = new Set(watcher.shown.map(({ id }) => id))
    return ids.every((id) => shown.has(id))
  }
  await eventually('all alarms are shown', areShown, SHOWN_MS_MAX)
}
