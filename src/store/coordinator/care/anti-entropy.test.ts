import assert from 'node:assert/strict'
import { test } from 'node:test'
import { careWorld } from '../../../../test/support/care-world.ts'
import { must } from '../../../model/must.ts'
import { AntiEntropy } from './anti-entropy.ts'
import { TRAFFIC_WINDOW_MS } from './client-traffic.ts'
import { URGENT_EVERY_BUSY_MS } from './pacing.ts'

const NEVER = new AbortController().signal

/** Four partitions; one was compared in its turn, which is far from the next, two have moved. */
async function afterMoves(operationsPerMs: number) {
  const { store, care, carrier, clock, goBy } = careWorld(3, {}, (ms) => ms * operationsPerMs)
  const { ring } = must(store.view)
  const entry = must(ring.table[0])
  goBy({ ...ring, version: ring.version + 1, table: [entry, entry, entry, entry] })
  care.isBusy()
  await clock.sleep(TRAFFIC_WINDOW_MS)
  const antiEntropy = new AntiEntropy(care, carrier)
  await antiEntropy.step(NEVER)
  const compared = antiEntropy.status().repairedMs
  antiEntropy.press([0, 1, 2, 3].filter((partition) => !compared.has(partition)).slice(0, 2))
  return { clock, step: () => antiEntropy.step(NEVER) }
}

test('partitions that have moved are compared one right after another', async () => {
  const { step } = await afterMoves(0)
  assert.deepEqual([await step(), await step(), await step()], [true, true, false])
})

test('while clients are served there is a rest between them', async () => {
  const { step, clock } = await afterMoves(1)
  assert.deepEqual([await step(), await step()], [true, false])
  await clock.sleep(URGENT_EVERY_BUSY_MS)
  assert.deepEqual([await step(), await step()], [true, false])
})
