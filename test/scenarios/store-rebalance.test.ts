/**
 * Shards come, go and change places while keys are written, overwritten and deleted, and whoever
 * moves the partitions is killed: nothing that was acknowledged is lost, and what was deleted stays
 * deleted.
 */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { must } from '../../src/model/must.ts'
import type { Network } from '../../src/ports/network.ts'
import type { Coordinator } from '../../src/store/coordinator/coordinator.ts'
import type { RingOutcome } from '../../src/store/coordinator/ring-admin.ts'
import {
  beAlike,
  caredCluster,
  checkTold,
  FAST_CARE,
  keepWriting,
  ringOf,
  settled,
} from '../support/cared-cluster.ts'
import { eventually } from '../support/eventually.ts'
import { ready, startCoordinatorOn } from '../support/store-cluster.ts'

const BUSY_KEYS = Array.from({ length: 120 }, (_, i) => `busy ${i}`)
const STILL_KEYS = Array.from({ length: 120 }, (_, i) => `still ${i}`)
/** Partitions go a few at a time, and their rows a few at a time. */
const SMALL_STEPS = { moveRowsMax: 20, pageRows: 3 }
const changed = (outcome: RingOutcome) =>
  assert.equal(outcome.kind, 'changed', JSON.stringify(outcome))

/** Keys that nobody touches any more, every third of them deleted again; what each should be. */
async function stillKeys({ store }: Coordinator): Promise<ReadonlyMap<string, string | null>> {
  const wanted = STILL_KEYS.map((key, i) => ({ key, text: i % 3 === 0 ? null : `"${key}"` }))
  for (const writes of [STILL_KEYS.map((key) => ({ key, text: '"old"' })), wanted]) {
    for (const { kind } of await store.write(writes)) assert.equal(kind, 'done')
  }
  return new Map(wanted.map(({ key, text }) => [key, text]))
}

/** Counts in one document for as long as it is not stopped. */
function keepCounting(t: TestContext, { store }: Coordinator, key: string) {
  let isStopped = false
  const counted = { done: 0, unknown: 0 }
  const count = async () => {
    while (!isStopped) {
      const [seen] = await store.read([key])
      if (seen?.kind !== 'found') continue
      const text = String(Number(seen.text) + 1)
      const [outcome] = await store.write([{ key, text, ifMatch: must(seen.etag) }])
      if (outcome?.kind === 'done') counted.done += 1
      if (outcome?.kind === 'unknown') counted.unknown += 1
    }
  }
  const running = count()
  const stop = async () => {
    isStopped = true
    await running
    return counted
  }
  t.after(stop)
  return { stop }
}

async function numberAt({ store }: Coordinator, key: string): Promise<number> {
  const [seen] = await store.read([key])
  return seen?.kind === 'found' ? Number(seen.text) : Number.NaN
}

test('shards come, go and are replaced, and factors change, while clients write', async (t) => {
  const { one, shards, addShard, another } = await caredCluster(t, 3, { care: SMALL_STEPS })
  const all = [...shards, addShard('local:shard-4', 'id-4'), addShard('local:shard-5', 'id-5')]
  const two = another()
  await ready(two, 3)
  const still = await stillKeys(one)
  await one.store.write([{ key: 'cas:count', text: '0' }])
  const writer = keepWriting(t, [one, two], BUSY_KEYS)
  const counter = keepCounting(t, two, 'cas:count')
  const steps: readonly (() => Promise<RingOutcome>)[] = [
    () => one.ring.addNode('local:shard-4'),
    () => two.ring.removeNode('local:shard-1'),
    () => one.ring.replaceNode('local:shard-2', 'local:shard-5'),
    () => two.ring.reconfigure({ replicationFactor: 2 }),
    () => one.ring.reconfigure({ replicationFactor: 3 }),
    () => two.ring.addNode('local:shard-1'),
  ]
  for (const step of steps) {
    changed(await step())
    await Promise.all([settled(one), settled(two)])
  }
  await writer.stop()
  const { done, unknown } = await counter.stop()
  await checkTold([one, two], new Map([...writer.told, ...still]))
  await beAlike(all)
  const ids = ringOf(all).shards.map(({ id }) => id)
  assert.deepEqual(ids.sort(), ['id-1', 'id-3', 'id-4', 'id-5'])
  const number = await numberAt(one, 'cas:count')
  assert.ok(done > 0 && number >= done && number <= done + unknown, `${number}, ${done}`)
})

test('a change that is taken back half way leaves everything where it can be found', async (t) => {
  const care = { ...SMALL_STEPS, moveRowsMax: 0, movesPerShardMax: 1 }
  const { one, shards, addShard, network } = await caredCluster(t, 4, { care })
  const all = [...shards, addShard('local:shard-5', 'id-5')]
  const still = await stillKeys(one)
  const writer = keepWriting(t, [one], BUSY_KEYS)
  const cancels: readonly (() => Promise<RingOutcome>)[] = [
    () => one.ring.addNode('local:shard-5'),
    () => one.ring.removeNode('local:shard-2'),
    () => one.ring.reconfigure({ replicationFactor: 4 }),
    () => one.ring.replaceNode('local:shard-2', 'local:shard-5'),
  ]
  for (const change of cancels) {
    const { promise: isTakenBack, resolve: goOn } = Promise.withResolvers<void>()
    const halfWay = () => {
      const { rebalance } = one.ring.info()
      return rebalance !== null && rebalance.partitionsLeft <= rebalance.partitionsTotal / 2
    }
    network.watch = (_, { kind }) => (kind === 'digest' && halfWay() ? isTakenBack : undefined)
    changed(await change())
    await eventually('it is half way', halfWay)
    changed(await one.ring.cancel())
    goOn()
    network.watch = () => {}
    await settled(one)
    assert.deepEqual(
      [...one.ring.info().nodes].sort(),
      shards.map(({ address }) => address),
    )
    assert.equal(one.ring.info().replicationFactor, 3)
  }
  await writer.stop()
  await checkTold([one], new Map([...writer.told, ...still]))
  await beAlike(all)
})

test('a store without keys changes in three documents after the wish', async (t) => {
  const { one, addShard } = await caredCluster(t, 3)
  addShard('local:shard-4', 'id-4')
  changed(await one.ring.addNode('local:shard-4'))
  await settled(one)
  const steps = one.trace.facts.filter(({ kind }) => kind === 'store.rebalance-step')
  assert.deepEqual(
    steps.map(({ step }) => step),
    ['move', 'move', 'complete'],
  )
  assert.equal(one.ring.info().version, 5)
})

test('a dead shard is replaced by an empty one, from those who are left', async (t) => {
  const { one, shards, addShard } = await caredCluster(t, 3, { care: SMALL_STEPS })
  const still = await stillKeys(one)
  const dead = must(shards[1])
  dead.mood = 'silent'
  const writer = keepWriting(t, [one], BUSY_KEYS)
  const fresh = addShard('local:shard-4', 'id-4')
  changed(await one.ring.replaceNode('local:shard-2', 'local:shard-4'))
  await settled(one)
  await writer.stop()
  await checkTold([one], new Map([...writer.told, ...still]))
  await beAlike([must(shards[0]), must(shards[2]), fresh])
})

test('whoever is to take over partitions and goes away is waited for', async (t) => {
  const { one, shards, addShard, network } = await caredCluster(t, 3, { care: SMALL_STEPS })
  const still = await stillKeys(one)
  const fresh = addShard('local:shard-4', 'id-4')
  changed(await one.ring.addNode('local:shard-4'))
  fresh.mood = 'stopped'
  const shown = () => must(one.ring.info().rebalance)
  await eventually('it is said what is waited for', () => shown().state === 'waiting')
  assert.match(String(shown().waitingFor), /^[A-Z].*local:shard-4.*\.$|^Partition \d+: .*\.$/)
  await checkTold([one], still)
  assert.ok(shown().partitionsLeft > 0)
  let rowsShown = 0
  // At each message, since the whole of it may be over between two looks.
  network.watch = () => {
    rowsShown = Math.max(rowsShown, one.ring.info().rebalance?.rowsMoved ?? 0)
  }
  fresh.mood = 'well'
  await settled(one)
  assert.ok(rowsShown > 0, 'what was carried is shown meanwhile')
  await checkTold([one], still)
  await beAlike([...shards, fresh])
})

/** The nth message of a kind that the caretaker sends after a change has begun. */
const MOMENTS: readonly (readonly [kind: string, nth: number])[] = [
  ['digest', 1],
  ['ring.promise', 1],
  ['ring.promise', 3],
  ['ring.accept', 1],
  ['ring.accept', 2],
  ['ring.accept', 3],
  ['ring.store', 1],
  ['ring.store', 3],
  ['rows', 1],
  ['rows', 5],
  ['take', 1],
  ['take', 5],
  ['digest', 20],
  ['ring.accept', 4],
  ['ring.accept', 6],
  ['ring.store', 6],
  ['ring.accept', 8],
  ['ring.store', 10],
]

test('a caretaker that is killed at any step leaves what another one finishes', async (t) => {
  for (let at = 0; at < MOMENTS.length; at += 6) {
    await Promise.all(MOMENTS.slice(at, at + 6).map((moment) => killedAt(t, ...moment)))
  }
})

async function killedAt(t: TestContext, kind: string, nth: number): Promise<void> {
  const {
    network,
    shards,
    one: witness,
    addShard,
    addresses,
  } = await caredCluster(t, 3, {
    virtualNodes: 2,
  })
  // The first one hands over to one that can be killed.
  await witness.stop()
  let left = Number.POSITIVE_INFINITY
  let isDead = false
  const mortal: Network = {
    ask: async (to, request) => {
      if (request.kind === kind && !isDead) left -= 1
      isDead ||= left <= 0
      return isDead ? { kind: 'refused', reason: 'it is dead' } : network.ask(to, request)
    },
    close: async () => {},
  }
  const care = { ...FAST_CARE, ...SMALL_STEPS }
  const options = { bootstrap: addresses, care }
  const one = startCoordinatorOn(t, mortal, options, undefined, 7)
  await eventually('it cares', () => one.care())
  const two = startCoordinatorOn(t, network, options, undefined, 8)
  await ready(two, 3)
  const still = await stillKeys(two)
  const fresh = addShard('local:shard-4', 'id-4')
  changed(await two.ring.addNode('local:shard-4'))
  left = nth
  await eventually(`${kind} ${nth}: it is killed, or through`, () => {
    return isDead || two.ring.info().rebalance === null
  })
  assert.ok(isDead, `${kind} ${nth} was sent`)
  const writer = keepWriting(t, [two], BUSY_KEYS)
  await one.stop()
  await settled(two)
  await writer.stop()
  await checkTold([two], new Map([...writer.told, ...still]))
  await beAlike([...shards, fresh])
  await two.stop()
}
