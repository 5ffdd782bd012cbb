import assert from 'node:assert/strict'
import { must } from '../../src/model/must.ts'
import type { Store, StoreWrite, WriteOutcome } from '../../src/store/client.ts'
import { registerOf } from '../../src/store/coordinator/conditional/register.ts'
import { foundedCluster, ready, skewedClock, story } from '../support/store-cluster.ts'

const KEY = 'cas:counter'

type Conditions = Omit<StoreWrite, 'key' | 'text'>

async function change(store: Store, text: string | null, conditions: Conditions = {}) {
  const [outcome] = await store.write([{ key: KEY, text, ...conditions }])
  return must(outcome)
}

async function read(store: Store) {
  const [outcome] = await store.read([KEY])
  return must(outcome)
}

function etagOf(outcome: WriteOutcome): string {
  assert.equal(outcome.kind, 'done')
  return must(outcome.kind === 'done' ? outcome.etag : undefined)
}

/** Adds one to the number that stands there, as often as it takes. */
async function increment(store: Store): Promise<void> {
  for (;;) {
    const seen = await read(store)
    if (seen.kind !== 'found' || seen.etag === undefined) continue
    const next = String(Number(seen.text) + 1)
    const outcome = await change(store, next, { ifMatch: seen.etag })
    if (outcome.kind === 'done') return
    assert.notEqual(outcome.kind, 'unknown')
  }
}

story('a document is created once, changed by whoever read it last, and deleted', async (t) => {
  const { coordinator } = await foundedCluster(t)
  const { store } = coordinator
  assert.deepEqual(await read(store), { kind: 'absent' })
  const first = etagOf(await change(store, '1', { ifNoneMatch: '*' }))
  assert.deepEqual(await change(store, '1', { ifNoneMatch: '*' }), {
    kind: 'mismatch',
    etag: first,
  })
  assert.deepEqual(await read(store), { kind: 'found', text: '1', order: 0, etag: first })
  const second = etagOf(await change(store, '2', { ifMatch: first }))
  assert.notEqual(second, first)
  assert.equal((await change(store, '3', { ifMatch: first })).kind, 'mismatch')
  assert.equal((await change(store, null, { ifMatch: second })).kind, 'done')
  assert.deepEqual(await read(store), { kind: 'absent' })
})

story('increments through several coordinators are all there, none twice', async (t) => {
  const { coordinator, startCoordinator } = await foundedCluster(t)
  const others = [startCoordinator({}, skewedClock(-240_000)), startCoordinator()]
  for (const other of others) await ready(other, 3)
  await change(coordinator.store, '0')
  const stores = [coordinator, ...others].map(({ store }) => store)
  await Promise.all(stores.flatMap((store) => [1, 2, 3, 4].map(() => increment(store))))
  for (const store of stores) {
    const seen = await read(store)
    assert.equal(seen.kind === 'found' && seen.text, '12')
  }
})

story('a request that is sent again under its name is carried out once', async (t) => {
  const { coordinator, startCoordinator } = await foundedCluster(t)
  const other = startCoordinator()
  await ready(other, 3)
  await change(coordinator.store, '0')
  const once = { requestId: 'r-1' }
  const etag = etagOf(await change(coordinator.store, '1', once))
  etagOf(await change(coordinator.store, '2'))
  assert.equal(etagOf(await change(other.store, '1', once)), etag)
  const seen = await read(other.store)
  assert.equal(seen.kind === 'found' && seen.text, '2')
})

story('with one shard away documents change; with two nobody knows', async (t) => {
  const { coordinator, shards } = await foundedCluster(t)
  const { store } = coordinator
  const etag = etagOf(await change(store, '1'))
  must(shards[0]).mood = 'stopped'
  const next = etagOf(await change(store, '2', { ifMatch: etag }))
  must(shards[1]).mood = 'stopped'
  assert.equal((await change(store, '3', { ifMatch: next })).kind, 'unknown')
  assert.equal((await read(store)).kind, 'unavailable')
  must(shards[1]).mood = 'well'
  const seen = await read(store)
  assert.equal(seen.kind === 'found' && seen.text, '3', 'the one that was left had taken it')
})

story('what one replica alone has accepted is made certain before it is told', async (t) => {
  const { coordinator, shards } = await foundedCluster(t)
  const { store } = coordinator
  await change(store, '1')
  const [first, second, third] = [0, 1, 2].map((index) => must(shards[index]))
  const held = () => shards.map(({ rows }) => registerOf(rows.get(KEY)?.v ?? null).text)
  must(third).mood = 'stopped'
  await change(store, '2')
  assert.deepEqual(held(), ['2', '2', '1'])
  must(third).mood = 'well'
  must(first).mood = 'stopped'
  const seen = await read(store)
  assert.equal(seen.kind === 'found' && seen.text, '2')
  assert.deepEqual(held().slice(1), ['2', '2'])
  assert.ok(second)
})

story('conditions on plain keys, and orders on conditional ones, are refused', async (t) => {
  const { coordinator } = await foundedCluster(t)
  const [plain, ordered, lasting] = await coordinator.store.write([
    { key: 'plain', text: '1', ifMatch: 'x' },
    { key: KEY, text: '1', order: 5 },
    { key: KEY, text: '1', ttlSeconds: 5 },
  ])
  const fields = [plain, ordered, lasting].map((one) => one?.kind === 'invalid' && one.field)
  assert.deepEqual(fields, ['if-match', 'order', 'ttl'])
})
