import assert from 'node:assert/strict'
import { test } from 'node:test'
import { careWorld } from '../../../../test/support/care-world.ts'
import { must } from '../../../model/must.ts'
import type { Message } from '../../../ports/network.ts'
import type { PartitionEntry, RingDocument } from '../../ring/document.ts'
import type { CareKeeper } from './care-keeper.ts'
import { TRAFFIC_WINDOW_MS } from './client-traffic.ts'
import { AT_A_TIME_BUSY, Rebalancer, STUCK_AGAIN_MS } from './rebalancer.ts'

const NEVER = new AbortController().signal

/** So many partitions have three holders, and are to be on the fourth shard too. */
function joint(partitions: number, operationsPerMs = 0) {
  const world = careWorld(4, {}, (elapsedMs) => elapsedMs * operationsPerMs)
  const { care, carrier, network, store } = world
  const { ring } = must(store.view)
  const entry: PartitionEntry = { epoch: 2, replicas: [0, 1, 2], goal: [0, 1, 3], isJoint: true }
  const table = new Array<PartitionEntry>(partitions).fill(entry)
  world.goBy({ ...ring, version: ring.version + 1, table })
  const asked = new Set<number>()
  network.watch = (_, request) => {
    if (request.kind === 'digest') asked.add((request as Message & { p: number }).p)
  }
  const ids = new Set(ring.shards.map(({ id }) => id))
  const decided: RingDocument[] = []
  const keeper: CareKeeper = {
    hellos: new Map(),
    holdersOf: () => ids,
    advance: async (_, after) => {
      decided.push(after)
      return 'decided'
    },
  }
  const moved: (readonly number[])[] = []
  const rebalancer = new Rebalancer(care, keeper, carrier, (them) => void moved.push(them))
  /** The change is taken back, and asked for once more. */
  const beginAgain = () => {
    const present = must(store.view).ring
    const again = present.table.map((one) => ({ ...one, epoch: one.epoch + 2 }))
    world.goBy({ ...present, version: present.version + 2, table: again })
  }
  return { ...world, asked, decided, moved, beginAgain, step: () => rebalancer.step(NEVER) }
}

/** How many of twice as many partitions as may go at a time are brought on in one step. */
async function broughtOnInAStep(operationsPerMs: number): Promise<number> {
  const { care, clock, asked, step } = joint(2 * AT_A_TIME_BUSY, operationsPerMs)
  care.isBusy()
  await clock.sleep(TRAFFIC_WINDOW_MS)
  assert.equal(await step(), 'moved')
  return asked.size
}

test('while clients are served a few partitions go, and then other care has its turn', async () => {
  assert.equal(await broughtOnInAStep(0), 2 * AT_A_TIME_BUSY)
  assert.equal(await broughtOnInAStep(1), AT_A_TIME_BUSY)
})

test('a partition that cannot be brought on is let be, and tried again later', async () => {
  const { shards, asked, step, clock } = joint(1)
  const newcomer = must(shards[3])
  newcomer.mood = 'stopped'
  assert.deepEqual([await step(), asked.size], ['waiting', 1])
  asked.clear()
  newcomer.mood = 'well'
  assert.deepEqual([await step(), asked.size], ['waiting', 0])
  await clock.sleep(STUCK_AGAIN_MS)
  assert.deepEqual([await step(), asked.size], ['moved', 1])
})

test('partitions that have moved are told of, for all replicas to be compared soon', async () => {
  const { step, moved, decided } = joint(2)
  assert.deepEqual([await step(), moved], ['moved', []])
  assert.deepEqual([await step(), moved], ['moved', [[0, 1]]])
  assert.deepEqual(decided.at(-1)?.table[0]?.replicas, [0, 1, 3])
})

test('what was brought to a newcomer in an earlier epoch does not count in this one', async () => {
  const { step, beginAgain, asked, decided } = joint(1)
  assert.equal(await step(), 'moved')
  beginAgain()
  asked.clear()
  assert.deepEqual([await step(), asked.size, decided.length], ['moved', 1, 0])
  assert.deepEqual([await step(), decided.length], ['moved', 1])
})
