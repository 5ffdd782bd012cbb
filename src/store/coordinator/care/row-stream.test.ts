/**
 * A partition comes to a fourth shard: what is on its way, from whom, and what happens where those
 * who hold it do not agree, or one of them cannot say.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { careWorld, rowsOf } from '../../../../test/support/care-world.ts'
import { wireRow } from '../../../../test/support/shard-world.ts'
import { must } from '../../../model/must.ts'
import type { ShardReply } from '../../wire.ts'
import { operationBytes } from '../store-world.ts'
import { PIECE_EVERY_MS } from './care-world.ts'
import { catchUp } from './catch-up.ts'
import { TRAFFIC_WINDOW_MS } from './client-traffic.ts'
import { streamPlan } from './row-stream.ts'

const NEVER = new AbortController().signal
const GROUPS = [
  [0, 1, 2],
  [0, 1, 3],
]
const digest = (...sums: readonly string[]) => ({ sums, rows: sums.filter((sum) => sum).length })
const planOf = (...digests: readonly ReturnType<typeof digest>[]) =>
  streamPlan({ groups: GROUPS, partition: 1 }, new Map(digests.entries()))

/** Three shards hold the partition, which shall be on the fourth in place of the third. */
function moving(
  limits: Parameters<typeof careWorld>[1] = {},
  operations?: Parameters<typeof careWorld>[2],
) {
  const world = careWorld(4, limits, operations)
  const ring = must(world.store.view).ring
  const joint = { epoch: 2, replicas: [0, 1, 2], goal: [0, 1, 3], isJoint: true } as const
  world.goBy({ ...ring, version: ring.version + 1, table: [joint] })
  const asked: string[] = []
  world.network.watch = (to, { kind }) => void asked.push(`${kind} ${to}`)
  const move = () => catchUp(world.care, world.carrier, 0, NEVER)
  const count = (kind: string) => asked.filter((one) => one.startsWith(`${kind} `)).length
  return { ...world, move, count, newcomer: must(world.shards[3]) }
}

/** The shard answers so, in place of what it would say. */
function instead(
  shard: { answer(request: never): Promise<ShardReply> | ShardReply },
  kind: string,
  reply: ShardReply,
): void {
  const answer = shard.answer.bind(shard) as (request: { kind: string }) => Promise<ShardReply>
  shard.answer = async (request: { kind: string }) =>
    request.kind === kind ? reply : await answer(request)
}

test('what all others hold alike is streamed from one of them', () => {
  const full = digest('a', 'b', 'c')
  const plan = planOf(full, full, full, digest('', '', ''))
  assert.deepEqual(plan, { source: 1, targets: [3], buckets: [0, 1, 2] })
})

test('what differs is not, nor what is there already, nor the rest where little lacks', () => {
  const full = digest('a', 'b', 'c')
  const torn = planOf(full, digest('a', 'other', 'c'), full, digest('', '', ''))
  assert.deepEqual(torn?.buckets, [0, 2])
  assert.deepEqual(planOf(full, full, full, digest('a', '', ''))?.buckets, [1, 2])
  assert.equal(planOf(full, full, full, digest('a', 'b', '')), null)
  assert.equal(planOf(full, full, full, full), null)
})

test('what one who is new holds otherwise is not streamed to the other alone', () => {
  const full = digest('a', 'b', 'c')
  const groups = [
    [0, 1, 2],
    [3, 4, 0],
  ]
  const digests = [full, full, full, digest('a', 'b', ''), digest('', '', '')]
  const plan = streamPlan({ groups, partition: 1 }, new Map(digests.entries()))
  assert.deepEqual(plan, { source: 1, targets: [4], buckets: [0, 1] })
})

test('a replica that is away does not count, and with nobody there is no plan', () => {
  const full = digest('a')
  const present = new Map([
    [0, full],
    [2, full],
    [3, digest('')],
  ])
  assert.equal(streamPlan({ groups: GROUPS, partition: 1 }, present)?.source, 2)
  assert.equal(streamPlan({ groups: GROUPS, partition: 1 }, new Map([[3, full]])), null)
})

test('a new shard gets every row once, a page at a time, without a single header', async () => {
  const { shards, fill, move, count, newcomer } = moving({ streamRows: 16 })
  for (const shard of shards.slice(0, 3)) await fill(shard, rowsOf(40))
  const outcome = await move()
  assert.ok(outcome.kind === 'done')
  const { diverged, pushes, bytes, isLevel } = outcome
  assert.deepEqual([diverged, pushes, isLevel, newcomer.rows.size], [40, 40, true, 40])
  assert.equal(
    bytes,
    rowsOf(40).reduce((sum, { k, v }) => sum + operationBytes(k, v), 0),
  )
  assert.deepEqual(['rows', 'take', 'headers', 'ops'].map(count), [3, 3, 0, 0])
})

test('a row that only some of the holders have is carried too, in its newest version', async () => {
  const { shards, fill, move, newcomer, count } = moving()
  for (const shard of shards.slice(0, 3)) await fill(shard, rowsOf(20))
  await fill(shards[2], [wireRow('row 3', 9_000, { v: '"newer"' })])
  const outcome = await move()
  assert.equal(outcome.kind === 'done' && outcome.isReadableLevel, true)
  assert.equal(newcomer.rows.get('row 3')?.v, '"newer"')
  assert.equal(must(shards[0]).rows.get('row 3')?.v, '"newer"')
  assert.equal(newcomer.rows.size, 20)
  assert.ok(count('headers') > 0 && count('rows') > 0)
})

test('where the source cannot say all, the headers of all are compared', async () => {
  const { shards, fill, move, newcomer } = moving()
  for (const shard of shards.slice(0, 3)) await fill(shard, rowsOf(20))
  instead(must(shards[0]), 'rows', { kind: 'error', reason: 'damaged: a row' })
  const outcome = await move()
  assert.equal(outcome.kind === 'done' && outcome.isLevel, true)
  assert.equal(newcomer.rows.size, 20)
})

test('a source that goes round in circles is left', async () => {
  const { shards, fill, move, newcomer } = moving()
  for (const shard of shards.slice(0, 3)) await fill(shard, rowsOf(20))
  instead(must(shards[0]), 'rows', { kind: 'rows', rows: [], next: '' })
  assert.equal((await move()).kind, 'done')
  assert.equal(newcomer.rows.size, 20)
})

test('a new shard that takes nothing is not caught up, nor brought another page', async () => {
  const { shards, fill, move, newcomer, count } = moving({ streamRows: 2 })
  for (const shard of shards.slice(0, 3)) await fill(shard, rowsOf(5))
  newcomer.refusal = 'full'
  assert.equal((await move()).kind, 'unreachable')
  assert.deepEqual([newcomer.rows.size, count('rows')], [0, 1])
})

test('and of the rows that it left no more than one is brought by itself in vain', async () => {
  const { shards, fill, move, newcomer, count } = moving()
  for (const shard of shards.slice(0, 3)) await fill(shard, rowsOf(40))
  newcomer.refusal = 'full'
  assert.equal((await move()).kind, 'unreachable')
  assert.deepEqual(['take', 'ops'].map(count), [1, 1])
})

test('a row that was left is brought by itself', async () => {
  const { shards, fill, move, newcomer } = moving()
  for (const shard of shards.slice(0, 3)) await fill(shard, rowsOf(5))
  const left = rowsOf(5).map(({ k }) => ({ k, why: 'busy' as const }))
  instead(newcomer, 'take', { kind: 'take', left })
  const outcome = await move()
  assert.deepEqual([outcome.kind === 'done' && outcome.pushes, newcomer.rows.size], [5, 5])
})

test('a register that a larger ballot keeps out is missed still', async () => {
  const { shards, fill, move, newcomer, view } = moving()
  const register = wireRow('cas:lamp', 1_000, { o: 1 })
  for (const shard of shards.slice(0, 3)) await fill(shard, [register])
  const { cluster, epoch: e } = view()
  const ballot = { o: 2, t: register.t, n: 'other' }
  const ops = [{ op: 'promise', p: 0, e, k: register.k, ballot } as const]
  await newcomer.answer({ kind: 'ops', cluster, budgetMs: 1_000, ops })
  assert.equal((await move()).kind, 'unreachable')
  assert.equal(newcomer.rows.size, 0)
})

test('while clients are served the digests and small pages begin with rests between', async () => {
  const limits = { streamRows: 40, streamRowsBusy: 16 }
  const { shards, fill, move, care, clock, network } = moving(limits, (elapsedMs) => elapsedMs)
  for (const shard of shards.slice(0, 3)) await fill(shard, rowsOf(40))
  care.isBusy()
  await clock.sleep(TRAFFIC_WINDOW_MS)
  const begunMs = new Set<number>()
  network.watch = () => void begunMs.add(clock.monotonicMs() - TRAFFIC_WINDOW_MS)
  assert.equal((await move()).kind, 'done')
  assert.deepEqual(
    [...begunMs],
    [0, 1, 2, 3].map((piece) => piece * PIECE_EVERY_MS),
  )
})

test('no more is streamed in a second than is allowed, but for a burst', async () => {
  const megabyte = 1024 * 1024
  const { shards, fill, move, clock } = moving({ bytesPerSecond: megabyte })
  const rows = rowsOf(8, megabyte - 10)
  for (const shard of shards.slice(0, 3)) await fill(shard, rows)
  const startMs = clock.monotonicMs()
  assert.equal((await move()).kind, 'done')
  const tookSeconds = (clock.monotonicMs() - startMs) / 1000
  assert.ok(tookSeconds >= 3.9, `8 megabytes took ${tookSeconds} s`)
})

test('a new shard that goes away is asked again after a rest, and not for ever', async () => {
  const { shards, fill, move, newcomer, network, clock } = moving({ triesMax: 2 })
  for (const shard of shards.slice(0, 3)) await fill(shard, rowsOf(5))
  const askedMs: number[] = []
  network.watch = (_, request) => {
    if (request.kind !== 'take') return
    newcomer.mood = 'stopped'
    askedMs.push(clock.monotonicMs())
  }
  assert.equal((await move()).kind, 'unreachable')
  const [first = 0, second = 0, ...others] = askedMs
  assert.ok(second > first)
  assert.deepEqual(others, [])
})

test('it ends as soon as the partition is in another epoch', async () => {
  const { shards, fill, move, newcomer, store, count } = moving({ streamRows: 2 })
  for (const shard of shards.slice(0, 3)) await fill(shard, rowsOf(5))
  const { ring } = must(store.view)
  const table = ring.table.map((entry) => ({ ...entry, epoch: entry.epoch + 1 }))
  newcomer.ring = { ...ring, version: ring.version + 1, table }
  instead(newcomer, 'digest', {
    kind: 'digest',
    ...{ sums: new Array(256).fill(''), rows: 0, repairedMs: 0 },
  })
  assert.equal((await move()).kind, 'outdated')
  assert.deepEqual([newcomer.rows.size, count('rows')], [0, 1])
})
