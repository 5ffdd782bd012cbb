import assert from 'node:assert/strict'
import { test } from 'node:test'
import { careWorld } from '../../../../test/support/care-world.ts'
import { must } from '../../../model/must.ts'
import type { Message } from '../../../ports/network.ts'
import type { PartitionEntry } from '../../ring/document.ts'
import type { CareKeeper } from './care-keeper.ts'
import { TRAFFIC_WINDOW_MS } from './client-traffic.ts'
import { AT_A_TIME_BUSY, Rebalancer } from './rebalancer.ts'

const NEVER = new AbortController().signal
const KEEPER: CareKeeper = {
  hellos: new Map(),
  holdersOf: () => new Set(),
  advance: async () => 'unreachable',
}

/** How many of twice as many partitions as may go at a time are brought on in one step. */
async function broughtOnInAStep(operationsPerMs: number): Promise<number> {
  const world = careWorld(4, {}, (elapsedMs) => elapsedMs * operationsPerMs)
  const { care, carrier, clock, network, store } = world
  const { ring } = must(store.view)
  const joint: PartitionEntry = { epoch: 2, replicas: [0, 1, 2], goal: [0, 1, 3], isJoint: true }
  const table = new Array<PartitionEntry>(2 * AT_A_TIME_BUSY).fill(joint)
  world.goBy({ ...ring, version: ring.version + 1, table })
  care.isBusy()
  await clock.sleep(TRAFFIC_WINDOW_MS)
  const asked = new Set<number>()
  network.watch = (_, request) => {
    if (request.kind === 'digest') asked.add((request as Message & { p: number }).p)
  }
  assert.equal(await new Rebalancer(care, KEEPER, carrier, () => {}).step(NEVER), 'moved')
  return asked.size
}

test('while clients are served a few partitions go, and then other care has its turn', async () => {
  assert.equal(await broughtOnInAStep(0), 2 * AT_A_TIME_BUSY)
  assert.equal(await broughtOnInAStep(1), AT_A_TIME_BUSY)
})
