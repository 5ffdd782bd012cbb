/**
 * Replicas that have missed something are brought up to date, whether others remember it or not;
 * what a disk has changed is mended; and what was deleted is forgotten only when nobody can bring
 * it back.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { must } from '../../src/model/must.ts'
import type { Coordinator } from '../../src/store/coordinator/coordinator.ts'
import { timeOf } from '../../src/store/hybrid-clock.ts'
import { partitionOf } from '../../src/store/ring/hash.ts'
import type { ShardOperation } from '../../src/store/wire.ts'
import { beAlike, caredCluster, FAST_CARE, ringOf } from '../support/cared-cluster.ts'
import { eventually } from '../support/eventually.ts'
import type { TestShard } from '../support/fake-shards.ts'
import { SqliteShard } from '../support/sqlite-shard.ts'
import { ready, storeCluster } from '../support/store-cluster.ts'

const KEYS = Array.from({ length: 60 }, (_, i) => `key ${i}`)
/** All partitions are compared again and again. */
const RESTLESS = { roundMs: 100 }

async function write(coordinator: Coordinator, keys: readonly string[], text: string | null) {
  const outcomes = await coordinator.store.write(keys.map((key) => ({ key, text })))
  for (const { kind } of outcomes) assert.equal(kind, 'done')
}

const holds = (shard: TestShard, text: string | null) => (key: string) =>
  shard.rows.get(key)?.v === text

/** One operation at one shard, past every coordinator. */
async function operate(shard: TestShard, operation: (p: number, e: number) => ShardOperation) {
  const { cluster, table } = must(shard.ring)
  const blank = operation(0, 0)
  const p = partitionOf(blank.op === 'apply' ? blank.row.k : blank.k, table.length)
  const ops = [operation(p, must(table[p]).epoch)]
  const reply = await shard.answer({ kind: 'ops', cluster, budgetMs: 1_000, ops })
  const [result] = reply.kind === 'ops' ? reply.results : []
  return result === true ? undefined : result
}

test('a shard that was away is brought what it has missed, deletions too', async (t) => {
  const { one, shards } = await caredCluster(t)
  await write(one, KEYS, '1')
  const away = must(shards[2])
  away.mood = 'stopped'
  await write(one, KEYS.slice(0, 40), '2')
  await write(one, KEYS.slice(20, 30), null)
  away.mood = 'well'
  await beAlike(shards)
  assert.ok(KEYS.slice(20, 30).every(holds(away, null)))
  await eventually('no hint is left', () => one.care()?.hintsWaiting === 0)
  assert.equal(one.trace.count('store.repair'), 1, 'and nothing had to be compared for it')
})

test('where more was missed than hints could say, partitions are compared whole', async (t) => {
  const { one, shards } = await caredCluster(t, 3, {}, { hintsPerTargetMax: 10 })
  const away = must(shards[0])
  away.mood = 'stopped'
  await write(one, KEYS, '1')
  away.mood = 'well'
  await beAlike(shards)
  assert.ok(KEYS.every(holds(away, '1')))
  await eventually('no mark is left', () => one.care()?.hintsWaiting === 0)
  assert.ok(one.trace.count('store.repair') > 1)
})

test('hints outlive the coordinator, and another one delivers them', async (t) => {
  const { one, shards, another } = await caredCluster(t)
  const two = another()
  await ready(two, 3)
  const away = must(shards[1])
  away.mood = 'stopped'
  await write(one, KEYS, '1')
  await one.stop()
  away.mood = 'well'
  await beAlike(shards)
  assert.ok(KEYS.every(holds(away, '1')))
})

test('a row that nobody has a hint of reaches all replicas in its turn', async (t) => {
  const { shards } = await caredCluster(t, 3, { care: RESTLESS })
  const [only, ...others] = shards
  const row = { k: 'alone', v: '1', o: 5, t: timeOf(Date.now()), n: 'w', e: null }
  await operate(must(only), (p, e) => ({ op: 'apply', p, e, row }))
  await eventually('all hold it', () => others.every((shard) => holds(shard, '1')('alone')))
})

test('a register blocked by a promise whose proposer is gone is decided anew', async (t) => {
  const { one, shards } = await caredCluster(t, 3, { care: RESTLESS })
  const key = 'cas:blocked'
  const [first, second, blocked] = shards.map((shard) => shard)
  must(blocked).mood = 'stopped'
  const [outcome] = await one.store.write([{ key, text: '1' }])
  assert.equal(outcome?.kind, 'done')
  const later = { t: timeOf(Date.now() + 1_000), n: 'gone' }
  const promise = await operate(must(blocked), (p, e) => {
    return { op: 'promise', p, e, k: key, ballot: { o: e, ...later } }
  })
  assert.equal(promise?.r, 'promised')
  must(blocked).mood = 'well'
  await eventually('it holds the document', () => {
    const [mine, theirs] = [blocked, first].map((shard) => must(shard).rows.get(key)?.v)
    return mine !== undefined && mine === theirs
  })
  assert.ok(must(second).rows.has(key))
  const [read] = await one.store.read([key])
  assert.equal(read?.kind === 'found' && read.etag, outcome?.kind === 'done' && outcome.etag)
})

/** All keys are deleted while the deletion does not get to one of three shards. */
async function deletedDespite(
  t: TestContext,
  hinder: (shard: TestShard, isHindered: boolean) => void,
): Promise<void> {
  const care = { ...RESTLESS, graceMs: 0 }
  const { one, shards, network } = await caredCluster(t, 3, { care })
  await write(one, KEYS, '1')
  const hindered = must(shards[2])
  const others = shards.slice(0, 2)
  hinder(hindered, true)
  // The grace is over at once, so nothing is compared while a deletion is still on its way.
  const { promise: isDeleted, resolve: goOn } = Promise.withResolvers<void>()
  network.watch = (_, { kind }) => (kind === 'digest' ? isDeleted : undefined)
  await write(one, KEYS, null)
  network.watch = () => {}
  goOn()
  const before = one.trace.count('store.repair')
  const partitions = ringOf(shards).table.length
  await eventually('all partitions were compared twice', () => {
    return one.trace.count('store.repair') > before + 2 * partitions
  })
  const areKept = others.every((shard) => KEYS.every(holds(shard, null)))
  assert.ok(areKept, 'one still holds what was deleted')
  hinder(hindered, false)
  await eventually('nothing is left of them', () =>
    shards.every(({ rows }) => KEYS.every((key) => !rows.has(key))),
  )
  const outcomes = await one.store.read(KEYS)
  for (const { kind } of outcomes) assert.equal(kind, 'absent')
}

test('deleted keys are forgotten once all have heard of it, and do not come back', async (t) => {
  await deletedDespite(t, (shard, isHindered) => {
    shard.mood = isHindered ? 'stopped' : 'well'
  })
})

test('deleted keys do not come back from a disk that was too full for the deletion', async (t) => {
  await deletedDespite(t, (shard, isHindered) => {
    shard.refusal = isHindered ? 'full' : null
  })
})

test('within the grace deleted keys are kept, however often replicas are compared', async (t) => {
  const { one, shards } = await caredCluster(t, 3, { care: RESTLESS })
  await write(one, KEYS, '1')
  await write(one, KEYS, null)
  await eventually('every partition was found equal', () => {
    return one.care()?.repair.repairedMs.size === ringOf(shards).table.length
  })
  const before = one.trace.count('store.repair')
  await eventually('and once more', () => {
    return one.trace.count('store.repair') > before + ringOf(shards).table.length
  })
  assert.ok(shards.every((shard) => KEYS.every(holds(shard, null))))
})

test('rows that a disk has changed are mended from the other replicas', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'energyguard-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const cluster = storeCluster(t, 0)
  const addresses = ['local:disk-1', 'local:disk-2', 'local:disk-3']
  const shards = addresses.map(
    (address, i) => new SqliteShard(address, join(folder, `${i}.sqlite`)),
  )
  for (const shard of shards) cluster.network.add(shard)
  const care = { ...FAST_CARE, ...RESTLESS }
  const one = cluster.startCoordinator({ bootstrap: addresses, care })
  await ready(one, 3)
  await write(one, KEYS, '"good"')
  const [first, second] = shards.map((shard) => must(shard))
  // Of one key two replicas are damaged, and each in its own way.
  await first?.tamper(`UPDATE rows SET v = '"rot"' WHERE k IN ('key 1', 'key 2', 'key 3')`)
  await second?.tamper(`UPDATE rows SET v = '"rust"' WHERE k = 'key 3'`)
  await eventually('all is as it was written', () =>
    shards.every((shard) => KEYS.every(holds(shard, '"good"'))),
  )
  await one.stop()
  for (const shard of shards) await shard.stop()
})
