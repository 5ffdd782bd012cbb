/**
 * Reads and writes while shards fail: the coordinator's outcomes, over a network that is broken by
 * hand.
 */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { Store } from '../../src/store/client.ts'
import { eventually } from '../support/eventually.ts'
import {
  foundedCluster,
  ready,
  skewedClock,
  storeCluster,
  story,
} from '../support/store-cluster.ts'

const write = async (store: Store, key: string, text: string | null, order?: number) =>
  (await store.write([{ key, text, ...(order === undefined ? {} : { order }) }]))[0]
const read = async (store: Store, key: string) => (await store.read([key]))[0]
const textOf = async (store: Store, key: string) => {
  const outcome = await read(store, key)
  return outcome?.kind === 'found' ? outcome.text : outcome?.kind
}

story('what is written is read, as the text that was sent, until it is deleted', async (t) => {
  const { coordinator, addresses } = await foundedCluster(t)
  const { store } = coordinator
  const done = await write(store, 'a', '{ "x": 1.0 }')
  assert.equal(done?.kind, 'done')
  assert.deepEqual(done?.kind === 'done' && [...done.targets].sort(), addresses)
  assert.equal(await textOf(store, 'a'), '{ "x": 1.0 }')
  assert.equal((await write(store, 'a', null))?.kind, 'done')
  assert.equal(await textOf(store, 'a'), 'absent')
  assert.equal(await textOf(store, 'never written'), 'absent')
})

story('with one shard of three stopped, silent or losing replies all goes on', async (t) => {
  for (const mood of ['stopped', 'silent', 'lossy'] as const) {
    const { coordinator, shards } = await foundedCluster(t)
    setMood(shards.slice(0, 1), mood)
    for (const key of ['a', 'b', 'c', 'd']) {
      assert.equal((await write(coordinator.store, key, '1'))?.kind, 'done', mood)
      assert.equal(await textOf(coordinator.store, key), '1', mood)
    }
  }
})

story('replies that are lost make a write unknown, never failed', async (t) => {
  const { coordinator, shards } = await foundedCluster(t)
  setMood(shards.slice(0, 2), 'lossy')
  const outcome = await write(coordinator.store, 'a', '1')
  assert.deepEqual(outcome, { kind: 'unknown', needed: 2, had: 1 })
  setMood(shards, 'lossy')
  assert.equal((await write(coordinator.store, 'a', '2'))?.kind, 'unknown')
})

story('a write that every shard refuses has certainly failed, and says why', async (t) => {
  const { coordinator, shards } = await foundedCluster(t)
  for (const shard of shards) shard.refusal = 'full'
  const outcome = await write(coordinator.store, 'a', '1')
  assert.match(outcome?.kind === 'failed' ? outcome.reason : '', /no room/)
  setMood(shards, 'stopped')
  assert.equal((await write(coordinator.store, 'a', '1'))?.kind, 'failed')
})

story('with two of three shards gone reads are unavailable, never absent', async (t) => {
  const { coordinator, shards } = await foundedCluster(t)
  await write(coordinator.store, 'a', '1')
  setMood(shards.slice(0, 2), 'stopped')
  const gone = { kind: 'unavailable', needed: 2, had: 1 }
  assert.deepEqual(await read(coordinator.store, 'a'), gone)
  assert.deepEqual(await read(coordinator.store, 'never written'), gone)
  assert.deepEqual(await write(coordinator.store, 'a', '2'), { kind: 'unknown', needed: 2, had: 1 })
  assert.deepEqual(await coordinator.store.scan({ limit: 10 }), gone)
  await eventually('the status says so', async () => !(await coordinator.store.status()).reachable)
  setMood(shards, 'well')
  await eventually('all is well', async () => (await coordinator.store.status()).reachable)
  assert.equal((await write(coordinator.store, 'a', '3'))?.kind, 'done')
})

story('a read brings a replica that missed a write up to date before it answers', async (t) => {
  const { coordinator, shards } = await foundedCluster(t)
  const [first, second, third] = shards
  assert.ok(first && second && third)
  await write(coordinator.store, 'a', '1')
  first.mood = 'stopped'
  await write(coordinator.store, 'a', '2')
  await eventually('both others hold it', () =>
    [second, third].every((s) => s.rows.get('a')?.v === '2'),
  )
  first.mood = 'well'
  second.mood = 'stopped'
  assert.equal(await textOf(coordinator.store, 'a'), '2')
  assert.equal(first.rows.get('a')?.v, '2', 'it holds the newest now')
  third.mood = 'stopped'
  second.mood = 'well'
  assert.equal(await textOf(coordinator.store, 'a'), '2', 'and no later read goes back')
})

story('a deletion that a replica missed does not come back to life', async (t) => {
  const { coordinator, shards } = await foundedCluster(t)
  const [first, second] = shards
  assert.ok(first && second)
  await write(coordinator.store, 'a', '1')
  await eventually('all hold it', () => shards.every((shard) => shard.rows.has('a')))
  first.mood = 'stopped'
  await write(coordinator.store, 'a', null)
  first.mood = 'well'
  second.mood = 'stopped'
  assert.equal(await textOf(coordinator.store, 'a'), 'absent')
  assert.equal(first.rows.get('a')?.v, null)
})

story('the later of two plain writes wins, however wrong the clocks are', async (t) => {
  const { coordinator: behind, other: ahead } = await skewedPair(t, -90_000)
  assert.equal((await write(ahead.store, 'a', '"first"'))?.kind, 'done')
  assert.equal((await write(behind.store, 'a', '"second"'))?.kind, 'done')
  assert.equal(await textOf(ahead.store, 'a'), '"second"')
  assert.equal((await write(ahead.store, 'a', null))?.kind, 'done')
  assert.equal((await write(behind.store, 'a', '"third"'))?.kind, 'done')
  assert.equal(await textOf(behind.store, 'a'), '"third"')
  assert.equal((await write(behind.store, 'a', null))?.kind, 'done')
  assert.equal(await textOf(ahead.store, 'a'), 'absent')
})

story('a write with its own order never goes back, and losing is a success', async (t) => {
  const { coordinator } = await foundedCluster(t)
  const { store } = coordinator
  const nowMs = Date.now()
  for (const [text, order] of [
    ['"later"', nowMs + 60_000],
    ['"earlier"', nowMs - 60_000],
  ] as const) {
    assert.equal((await write(store, 'latest', text, order))?.kind, 'done')
  }
  assert.equal(await textOf(store, 'latest'), '"later"')
  await write(store, 'latest', '"by hand"')
  assert.equal(await textOf(store, 'latest'), '"by hand"', 'a plain write wins over a larger order')
  await write(store, 'latest', null)
  assert.equal(await textOf(store, 'latest'), 'absent')
})

story('a batch of 300 keys is one body for each shard', async (t) => {
  const { coordinator, network } = await foundedCluster(t)
  const keys = Array.from({ length: 300 }, (_, i) => `k${i}`)
  const bodies: number[] = []
  network.watch = (_, request) => {
    if ('ops' in request && Array.isArray(request.ops)) bodies.push(request.ops.length)
  }
  const outcomes = await coordinator.store.write(keys.map((key) => ({ key, text: `"${key}"` })))
  assert.ok(outcomes.every(({ kind }) => kind === 'done'))
  // The caretaker beats in bodies of its own.
  const large = bodies.filter((operations) => operations > 1)
  assert.deepEqual(large, [300, 300, 300])
  const found = await coordinator.store.read(keys)
  assert.deepEqual(
    found.map((one) => one.kind === 'found' && one.text),
    keys.map((key) => `"${key}"`),
  )
})

story('a key that comes several times in a batch takes its writes in order', async (t) => {
  const { coordinator } = await foundedCluster(t)
  const { store } = coordinator
  await write(store, 'a', '"from the future"', Date.now() + 200_000)
  const texts = ['1', '2', null, '3', '4']
  const outcomes = await store.write(texts.map((text) => ({ key: 'a', text })))
  assert.deepEqual(
    outcomes.map(({ kind }) => kind),
    texts.map(() => 'done'),
  )
  assert.equal(await textOf(store, 'a'), '4')
})

story('writes of one key at the same time have versions of their own, and one wins', async (t) => {
  const { coordinator, shards } = await foundedCluster(t)
  const texts = Array.from({ length: 50 }, (_, i) => String(i))
  await Promise.all(texts.map((text) => write(coordinator.store, 'a', text)))
  assert.equal(await textOf(coordinator.store, 'a'), '49')
  await eventually(
    'replicas agree',
    () => new Set(shards.map((s) => s.rows.get('a')?.v)).size === 1,
  )
})

story('bad keys and values are refused by name, and those beside them are written', async (t) => {
  const { coordinator } = await foundedCluster(t)
  const outcomes = await coordinator.store.write([
    { key: '_system:ring', text: '1' },
    { key: 'a', text: '1' },
    { key: 'b', text: '1', ttlSeconds: 0 },
  ])
  assert.deepEqual(
    outcomes.map((one) => (one.kind === 'invalid' ? one.field : one.kind)),
    ['key', 'done', 'ttl'],
  )
  assert.equal((await read(coordinator.store, '_system:x'))?.kind, 'invalid')
  assert.equal(
    (await coordinator.systemStore.write([{ key: '_system:x', text: '1' }]))[0]?.kind,
    'done',
  )
  assert.equal((await coordinator.systemStore.read(['_system:x']))[0]?.kind, 'found')
  assert.deepEqual(await coordinator.store.write([]), [])
  assert.deepEqual(await coordinator.store.read([]), [])
})

story('a value is gone once its time to live has passed', async (t) => {
  const { coordinator, ...cluster } = await skewedPair(t, 61_000)
  await cluster.other.store.write([{ key: 'a', text: '1', ttlSeconds: 60 }])
  assert.equal(await textOf(cluster.other.store, 'a'), '1')
  assert.equal(await textOf(coordinator.store, 'a'), 'absent', 'a minute later')
})

story('a scan pages through what is there, in order and backwards', async (t) => {
  const { coordinator, shards } = await foundedCluster(t)
  const { store } = coordinator
  const keys = Array.from({ length: 25 }, (_, i) => `p1:${String(i).padStart(2, '0')}`)
  await store.write([...keys, 'other'].map((key) => ({ key, text: '1' })))
  await write(store, 'p1:07', null)
  setMood(shards.slice(0, 1), 'stopped')
  const expected = keys.filter((key) => key !== 'p1:07')
  assert.deepEqual(await pages(store, false), expected)
  assert.deepEqual(await pages(store, true), [...expected].reverse())
})

function setMood(
  shards: readonly { mood: string }[],
  mood: 'well' | 'stopped' | 'silent' | 'lossy',
) {
  for (const shard of shards) shard.mood = mood
}

/** `coordinator` has a clock that is wrong by so many ms, `other` the shards' own. */
async function skewedPair(t: TestContext, byMs: number) {
  const cluster = storeCluster(t)
  const other = cluster.startCoordinator()
  await ready(other, 3)
  const coordinator = cluster.startCoordinator({}, skewedClock(byMs))
  await ready(coordinator, 3)
  return { ...cluster, coordinator, other }
}

async function pages(store: Store, reverse: boolean): Promise<string[]> {
  const keys: string[] = []
  let bound: { from?: string; to?: string } = {}
  for (;;) {
    const page = await store.scan({ prefix: 'p1:', limit: 4, reverse, ...bound })
    assert.equal(page.kind, 'page')
    if (page.kind !== 'page') return keys
    keys.push(...page.entries.map(({ key }) => key))
    if (page.next === null) return keys
    bound = reverse ? { to: page.next } : { from: page.next }
  }
}
