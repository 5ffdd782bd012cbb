import assert from 'node:assert/strict'
import { test } from 'node:test'
import { careWorld } from '../../../../test/support/care-world.ts'
import { CARE_DEFAULTS, CareWorld, REST_MS_MAX, REST_SHARE } from './care-world.ts'
import { TRAFFIC_WINDOW_MS } from './client-traffic.ts'

const NEVER = new AbortController().signal
const LIMITS = { ...CARE_DEFAULTS, streamRows: 500, streamRowsBusy: 5, partitionsAtOnceMax: 8 }

/** Shards are asked for so many operations in a second. */
async function caringBeside(operationsPerSecond: number) {
  const { store, clock } = careWorld()
  const operations = () => (clock.monotonicMs() / 1000) * operationsPerSecond
  const care = new CareWorld(store, LIMITS, async () => false, operations)
  care.isBusy()
  await clock.sleep(TRAFFIC_WINDOW_MS)
  /** How long a piece of work takes that by itself takes so long. */
  const took = async (workMs: number) => {
    const startMs = clock.monotonicMs()
    await care.gently(() => clock.sleep(workMs), NEVER)
    return clock.monotonicMs() - startMs
  }
  return { care, took }
}

test('while nobody is served what moves goes as fast as it can', async () => {
  const { care, took } = await caringBeside(0)
  assert.equal(await took(10), 10)
  assert.deepEqual([care.streamRows(), care.partitionsAtOnce()], [500, 8])
})

test('while clients are served it goes in small pieces, with rests between', async () => {
  const { care, took } = await caringBeside(5_000)
  assert.deepEqual([care.streamRows(), care.partitionsAtOnce()], [5, 2])
  assert.equal(await took(10), 10 + 10 * REST_SHARE)
  assert.equal(await took(5_000), 5_000 + REST_MS_MAX, 'and never rests for long')
})
