import assert from 'node:assert/strict'
import { test } from 'node:test'
import { careWorld, rowsOf } from '../../../../test/support/care-world.ts'
import { wireRow } from '../../../../test/support/shard-world.ts'
import { must } from '../../../model/must.ts'
import type { Message } from '../../../ports/network.ts'
import type { ShardRequest } from '../../wire.ts'
import { type RepairWish, repairPartition } from './partition-repair.ts'

const NEVER = new AbortController().signal
type World = ReturnType<typeof careWorld>

function repair({ care, carrier }: World, wish: Partial<RepairWish> = {}, signal = NEVER) {
  return repairPartition(care, carrier, { partition: 0, graceMs: 0, ...wish }, signal)
}

const countsOf = ({ shards }: World) => shards.map(({ rows }) => rows.size)
/** How many operations of a kind a message carries. */
function operationsIn(message: Message, op: 'get' | 'apply'): number {
  const request = message as ShardRequest
  return request.kind === 'ops' ? request.ops.filter((one) => one.op === op).length : 0
}

test('what any replica holds all hold afterwards, and it is said what that took', async () => {
  const world = careWorld(3, { pageRows: 7 })
  const [first, second] = world.shards
  await world.fill(first, rowsOf(40))
  await world.fill(second, rowsOf(20))
  const outcome = await repair(world)
  assert.ok(outcome.kind === 'done')
  const { isWhole, isLevel, diverged, pushes, rows } = outcome
  assert.deepEqual(
    { isWhole, isLevel, diverged, pushes, rows },
    {
      ...{ isWhole: true, isLevel: true, diverged: 40, pushes: 60, rows: 40 },
    },
  )
  assert.deepEqual(countsOf(world), [40, 40, 40])
  const again = await repair(world)
  assert.equal(again.kind === 'done' && again.diverged, 0)
})

/** Its disk has changed what was written under this key. */
function damage(shard: World['shards'][number] | undefined, key: string): void {
  const one = must(shard)
  const answer = one.answer.bind(one)
  one.answer = async (request) => {
    const reply = await answer(request)
    if (reply.kind !== 'ops' || request.kind !== 'ops') return reply
    const results = reply.results.map((result, i) => {
      const operation = must(request.ops[i])
      const isDamaged = operation.op === 'get' && operation.k === key
      return isDamaged ? ({ r: 'refused', why: 'damaged' } as const) : result
    })
    return { ...reply, results }
  }
}

test('a row that is damaged where it alone was gives way to what a majority can read', async () => {
  const world = careWorld()
  const [first, second, third] = world.shards
  await world.fill(first, [wireRow('a', 2, { v: '"newer"' })])
  await world.fill(second, [wireRow('a', 1, { v: '"older"' })])
  damage(first, 'a')
  const outcome = await repair(world)
  assert.ok(outcome.kind === 'done')
  assert.deepEqual([outcome.isLevel, outcome.isReadableLevel], [false, true])
  assert.equal(must(third).rows.get('a')?.v, '"older"')
})

test('a row that is damaged wherever it was gives way to nothing older', async () => {
  const world = careWorld()
  const [first, second, third] = world.shards
  for (const one of [first, second]) {
    await world.fill(one, [wireRow('a', 2, { v: '"newer"' })])
    damage(one, 'a')
  }
  await world.fill(third, [wireRow('a', 1, { v: '"older"' })])
  const outcome = await repair(world)
  assert.deepEqual(
    [outcome.kind, outcome.kind === 'done' && outcome.isReadableLevel],
    ['done', false],
  )
})

test('with a replica away the others are made equal, and it is not the whole', async () => {
  const world = careWorld()
  await world.fill(world.shards[0], rowsOf(5))
  must(world.shards[2]).mood = 'stopped'
  const outcome = await repair(world)
  assert.ok(outcome.kind === 'done')
  assert.deepEqual([...outcome.took], [0, 1])
  assert.deepEqual([outcome.isWhole, outcome.isLevel], [false, true])
})

test('a replica that goes away in between ends it', async () => {
  const world = careWorld()
  const [first, second] = world.shards
  await world.fill(first, rowsOf(5))
  world.network.watch = (_, { kind }) => {
    if (kind === 'headers') must(second).mood = 'stopped'
  }
  assert.equal((await repair(world)).kind, 'unreachable')
  assert.deepEqual(countsOf(world), [5, 0, 0])
})

test('a replica that goes away before the second count ends it', async () => {
  const world = careWorld()
  const [first, second, third] = world.shards
  const { cluster, epoch: e } = world.view()
  const repaired = { kind: 'repaired', cluster, p: 0, e, atMs: 1, deadBeforeMs: 0 } as const
  for (const shard of world.shards) await shard.answer(repaired)
  for (const shard of [first, third]) await world.fill(shard, rowsOf(5))
  let digests = 0
  world.network.watch = (_, { kind }) => {
    if (kind === 'digest') digests += 1
    if (digests > world.shards.length) must(second).mood = 'stopped'
  }
  assert.equal((await repair(world)).kind, 'unreachable')
  assert.ok(digests > world.shards.length, 'they were counted a second time')
})

test('a replica that takes nothing leaves it uneven', async () => {
  const world = careWorld()
  const [first, second] = world.shards
  await world.fill(first, rowsOf(5))
  must(second).refusal = 'full'
  const outcome = await repair(world)
  assert.equal(outcome.kind === 'done' && outcome.isLevel, false)
  assert.deepEqual(countsOf(world), [5, 0, 5])
})

test('it ends as soon as the partition is in another epoch', async () => {
  const world = careWorld(3, { pageRows: 2 })
  await world.fill(world.shards[0], rowsOf(20))
  const ring = must(world.store.view).ring
  let pages = 0
  world.network.watch = (to, { kind }) => {
    if (kind === 'headers' && to === 'a1') pages += 1
    if (pages !== 4) return
    pages += 1
    const table = ring.table.map((entry) => ({ ...entry, epoch: entry.epoch + 1 }))
    world.goBy({ ...ring, version: ring.version + 1, table })
  }
  assert.equal((await repair(world)).kind, 'outdated')
  assert.ok(Math.max(...countsOf(world).slice(1)) < 20)
  assert.equal(pages, 5, 'no page was asked for since')
})

test('whoever is not to be brought up to date is only asked', async () => {
  const world = careWorld()
  await world.fill(world.shards[0], rowsOf(5))
  const outcome = await repair(world, { isTarget: (_, replica) => replica !== 1 })
  assert.equal(outcome.kind === 'done' && outcome.isLevel, true)
  assert.deepEqual(countsOf(world), [5, 0, 5])
})

test('too few replicas are not begun with', async () => {
  const world = careWorld()
  await world.fill(world.shards[0], rowsOf(5))
  const outcome = await repair(world, { isEnough: (_, took) => took.size > 3 })
  assert.equal(outcome.kind, 'unreachable')
  assert.deepEqual(countsOf(world), [5, 0, 0])
})

test('only so many rows are under way at once, by number and by weight', async () => {
  const cases: [string, number, number][] = [
    ['many small ones', 10, 16],
    ['few large ones', 100_000, 6],
  ]
  for (const [what, characters, most] of cases) {
    const world = careWorld(2, { rowsInFlightMax: 16, bytesInFlightMax: 400_000 })
    for (const row of rowsOf(60, characters)) await world.fill(world.shards[0], [row])
    let largest = 0
    world.network.watch = (_, message) => {
      largest = Math.max(largest, operationsIn(message, 'get'))
    }
    await Promise.all([repair(world), repair(world)])
    assert.deepEqual(countsOf(world), [60, 60], what)
    assert.ok(largest > 1 && largest <= most, `${what}: ${largest}`)
  }
})

test('no more is carried in a second than is allowed, but for a burst', async () => {
  const megabyte = 1024 * 1024
  const world = careWorld(2, { bytesPerSecond: megabyte })
  for (const row of rowsOf(80, megabyte / 10)) await world.fill(world.shards[0], [row])
  const startMs = world.clock.monotonicMs()
  assert.equal((await repair(world)).kind, 'done')
  const tookSeconds = (world.clock.monotonicMs() - startMs) / 1000
  assert.ok(tookSeconds >= 3.9, `8 megabytes took ${tookSeconds} s`)
})

test('a shard that is busy for a moment is asked again', async () => {
  const world = careWorld(2)
  await world.fill(world.shards[0], rowsOf(3))
  let left = 2
  world.network.watch = (to, message) => {
    const isPush = to === 'a2' && operationsIn(message, 'apply') > 0
    must(world.shards[1]).mood = isPush && left > 0 ? 'silent' : 'well'
    if (isPush) left -= 1
  }
  const outcome = await repair(world)
  assert.equal(outcome.kind === 'done' && outcome.isLevel, true)
  assert.deepEqual(countsOf(world), [3, 3])
})

test('whoever stops it waits for nothing', async () => {
  const world = careWorld()
  await world.fill(world.shards[0], rowsOf(5))
  const ending = new AbortController()
  world.network.watch = (_, { kind }) => {
    if (kind !== 'headers') return undefined
    ending.abort(new Error('enough'))
    return new Promise(() => {})
  }
  await assert.rejects(repair(world, {}, ending.signal), /enough/)
})
