import assert from 'node:assert/strict'
import { test } from 'node:test'
import { careWorld } from '../../../../test/support/care-world.ts'
import { get } from '../../../../test/support/shard-world.ts'
import type { Message } from '../../../ports/network.ts'
import { CARE_DEFAULTS, CareWorld, PIECE_EVERY_MS } from './care-world.ts'
import { OPERATIONS_QUIET_MAX, TRAFFIC_WINDOW_MS } from './client-traffic.ts'

const NEVER = new AbortController().signal
const LIMITS = { ...CARE_DEFAULTS, streamRows: 500, streamRowsBusy: 5 }

/** Shards are asked for so many operations in a second. */
async function caringBeside(operationsPerSecond: number) {
  const { store, clock } = careWorld()
  const operations = () => (clock.monotonicMs() / 1000) * operationsPerSecond
  const care = new CareWorld(store, LIMITS, async () => false, operations)
  care.isBusy()
  await clock.sleep(TRAFFIC_WINDOW_MS)
  /** Pieces of work, one after another; how long after the first each began. */
  const begun = async (pieces: number, workMs: number) => {
    const startsMs: number[] = []
    for (let piece = 0; piece < pieces; piece += 1) {
      await care.gently(async () => {
        startsMs.push(clock.monotonicMs())
        await clock.sleep(workMs)
      }, NEVER)
    }
    return startsMs.map((startMs) => startMs - (startsMs[0] ?? 0))
  }
  return { care, begun }
}

test('while nobody is served what moves goes as fast as it can', async () => {
  const { care, begun } = await caringBeside(0)
  assert.deepEqual(await begun(3, 10), [0, 10, 20])
  assert.equal(care.streamRows(), 500)
})

test('while clients are served it goes in small pieces, with rests between', async () => {
  const { care, begun } = await caringBeside(5_000)
  assert.equal(care.streamRows(), 5)
  assert.deepEqual(await begun(3, 10), [0, PIECE_EVERY_MS, 2 * PIECE_EVERY_MS])
})

test('where a piece takes longer than that, the next one does not wait besides', async () => {
  const { begun } = await caringBeside(5_000)
  const longMs = 3 * PIECE_EVERY_MS
  assert.deepEqual(await begun(3, longMs), [0, longMs, 2 * longMs])
})

test('operations of care itself are not taken for those of clients', async () => {
  let asked = 0
  const { care, network, clock, view } = careWorld(3, {}, () => asked)
  network.watch = (_, request) => {
    if (request.kind === 'ops') asked += (request as Message & { ops: unknown[] }).ops.length
  }
  const gets = (count: number) => Array.from({ length: count }, (_, n) => get(`k${n}`, 1))
  care.isBusy()
  await Promise.all(
    gets(2 * OPERATIONS_QUIET_MAX).map((one) => care.operate(view(), 0, one, NEVER)),
  )
  await clock.sleep(TRAFFIC_WINDOW_MS)
  assert.deepEqual([asked, care.isBusy()], [2 * OPERATIONS_QUIET_MAX, false])
  asked += 2 * OPERATIONS_QUIET_MAX
  await clock.sleep(TRAFFIC_WINDOW_MS)
  assert.equal(care.isBusy(), true)
})
