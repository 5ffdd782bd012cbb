import assert from 'node:assert/strict'
import { test } from 'node:test'
import { worldByHand } from '../../../test/support/store-world-by-hand.ts'
import { must } from '../../model/must.ts'
import type { WriteOutcome } from '../client.ts'
import type { AsSent, OperationResult, ShardOperation } from '../wire.ts'
import type { HopOptions } from './hop.ts'
import { FAILURES_UNTIL_DOWN } from './replica-health.ts'
import { RingView } from './ring-view.ts'
import { RUN_BYTES_MAX, RUN_ROWS_MAX } from './run-write.ts'
import { LIMIT_DEFAULTS, operationBytes } from './store-world.ts'
import { writeAll } from './writer.ts'

const KEYS = ['a', 'b', 'c'] as const
const NEWER = { r: 'held', o: Number.MAX_SAFE_INTEGER, t: 1, n: 'x' } as const
const FULL = { r: 'refused', why: 'full' } as const

test('rows with the same replicas are done once a quorum holds them as sent', async () => {
  const { bodies, told, answerRun, view, write } = byHand()
  await write(KEYS)
  assert.deepEqual(bodies.map(keysOf), [KEYS, KEYS, KEYS])
  await answerRun(0, [true, true, true])
  assert.equal(told.length, 0, 'one replica is no quorum')
  await answerRun(2, [true, true, true])
  assert.deepEqual(
    told,
    KEYS.map((key) => ({ kind: 'done', replicas: 2, targets: view.locate(key).addresses })),
  )
  await answerRun(1, [true, true, true])
  assert.equal(bodies.length, 3, 'and nothing is left to do')
})

test('a row that met a newer one is issued again alone, and keeps none of the others', async () => {
  const { bodies, told, answerRun, write } = byHand()
  await write(KEYS)
  await answerRun(0, [true, NEWER, true])
  await answerRun(1, [true, true, true])
  assert.deepEqual(bodies.slice(3).map(keysOf), [['b'], ['b'], ['b']])
  assert.equal(told.length, 0, 'the batch is not through')
  for (const body of [3, 4]) await answerRun(body, [true])
  assert.deepEqual(
    told.map(({ kind }) => kind),
    ['done', 'done', 'done'],
  )
  const [again] = must(bodies[3]).ops
  assert.ok(again?.op === 'apply' && again.row.o >= NEWER.o)
})

test('who leaves the run late has no more time than the others, and is told once', async () => {
  const { bodies, told, clock, answerRun, write } = byHand()
  await write(KEYS)
  await clock.advance(500)
  await answerRun(0, [true, NEWER, true])
  await answerRun(1, [true, true, true])
  assert.equal(must(bodies[3]).budgetMs, LIMIT_DEFAULTS.requestTimeoutMs - 500)
  await answerRun(2, [FULL, true, FULL])
  assert.equal(told.length, 0, 'two are done, of whom one replica says something else since')
  for (const body of [3, 4]) await answerRun(body, [true])
  assert.deepEqual(
    told.map(({ kind }) => kind),
    ['done', 'done', 'done'],
  )
})

test('a row that one replica refuses is done by the others, who are told of it', async () => {
  const { bodies, told, answerRun, view, write } = byHand()
  await write(KEYS)
  await answerRun(0, [true, true, FULL])
  await answerRun(1, [true, true, true])
  assert.equal(told.length, 0, 'one replica holds the last row')
  await answerRun(2, [true, true, true])
  assert.deepEqual(
    told.map((one) => one.kind === 'done' && one.replicas),
    [2, 2, 2],
  )
  const missing = idOf(view, 0)
  assert.deepEqual(bodies.slice(3).map(keysOf), [['c'], ['c']])
  for (const { ops } of bodies.slice(3)) assert.deepEqual(missedBy(ops), [[missing]])
})

test('whoever was silent is named to those who hold the rows, each of them once', async () => {
  const { bodies, told, answerRun, view, write } = byHand()
  await write(KEYS)
  await answerRun(1, [true, true, true])
  await answerRun(2, [true, true, true])
  assert.equal(told.length, 3)
  await answerRun(0, 'silence')
  assert.equal(told.length, 3)
  assert.deepEqual(bodies.slice(3).map(keysOf), [KEYS, KEYS])
  const missing = idOf(view, 0)
  assert.deepEqual(missedBy(must(bodies[3]).ops), [[missing], [missing], [missing]])
})

test('without a quorum nobody knows, and each row says so', async () => {
  const { told, answerRun, write } = byHand()
  await write(KEYS)
  await answerRun(0, [true, true, true])
  await answerRun(1, 'silence')
  await answerRun(2, 'silence')
  assert.deepEqual(told, new Array(3).fill({ kind: 'unknown', needed: 2, had: 1 }))
})

test('where one shard has no room for all, each row goes to those that have', async () => {
  const { bodies, links, told, answerRun, write } = byHand({ queueOperationsMax: 4 })
  const sink = { settle: () => {} }
  const operation = { op: 'get', p: 0, e: 1, k: 'x' } as const
  for (const tag of [1, 2]) {
    links[0]?.send({ operation, cluster: '', bytes: 1, deadlineMs: 1_000, sink, tag })
  }
  await write(KEYS)
  const sizes = bodies.map(({ ops }) => ops.filter(({ op }) => op === 'apply').length)
  assert.deepEqual(sizes.toSorted(), [0, 2, 3, 3], 'two of three find room at the first')
  const whole = bodies.flatMap(({ ops }, body) => (ops.length === 3 ? [body] : []))
  for (const body of whole) await answerRun(body, [true, true, true])
  assert.deepEqual(
    told.map(({ kind }) => kind),
    ['done', 'done', 'done'],
  )
})

test('where the bytes of all have no room, as many rows go as have', async () => {
  const { bodies, told, answerRun, write } = byHand({ queueBytesMax: 2 * operationBytes('a', '1') })
  await write(KEYS)
  assert.deepEqual(bodies.map(keysOf), new Array(3).fill(['a', 'b']))
  for (const body of [0, 1]) await answerRun(body, [true, true])
  assert.deepEqual(
    told.map(({ kind }) => kind),
    ['done', 'done', 'busy'],
  )
})

test('of a shard that is down each row says that it misses it', async () => {
  const { bodies, links, view, write } = byHand()
  const [first] = view.locate('a').links
  for (let i = 0; i < FAILURES_UNTIL_DOWN; i += 1) first?.health.failed()
  await write(KEYS)
  assert.equal(bodies.length, 2)
  const missing = idOf(view, links.indexOf(must(first)))
  assert.deepEqual(missedBy(must(bodies[0]).ops), [[missing], [missing], [missing]])
})

test('a row goes in the epoch of its partition, and alone while that moves', async () => {
  const { world, bodies, links, view, write } = byHand({}, 4)
  const moving = view.locate('b').partition
  const table = view.ring.table.map((_, partition) => ({
    ...{ epoch: partition + 1, replicas: [0, 1, 2] },
    ...(partition === moving ? { goal: [1, 2, 3], isJoint: true as const } : {}),
  }))
  world.view = new RingView({ ...view.ring, replicationFactor: 3, table }, ({ address }) =>
    must(links.find((link) => link.address === address)),
  )
  await write(KEYS)
  assert.deepEqual(bodies.map(keysOf).toSorted(), [
    ['a', 'c', 'b'],
    ['a', 'c', 'b'],
    ['a', 'c', 'b'],
    ['b'],
  ])
  for (const { p, e, ...one } of bodies.flatMap(({ ops }) => ops)) {
    assert.deepEqual([p, e], [view.locate(one.op === 'apply' ? one.row.k : '').partition, p + 1])
  }
})

test('a run has at most so many rows and so many bytes, and is never divided', async () => {
  const many = byHand({ bodyOperationsMax: RUN_ROWS_MAX + 1 })
  await many.write(Array.from({ length: RUN_ROWS_MAX + 2 }, (_, i) => `key ${i}`))
  const sizes = many.bodies.map(({ ops }) => ops.length)
  assert.deepEqual(new Set(sizes), new Set([RUN_ROWS_MAX, 2]))
  const large = byHand({ bodyOperationsMax: 2 })
  await large.write(KEYS, JSON.stringify('x'.repeat(RUN_BYTES_MAX / 2 - 1_000)))
  assert.deepEqual(large.bodies.map(({ ops }) => ops.length).toSorted(), [1, 1, 1, 2, 2, 2])
})

/** Three replicas that answer whole bodies by hand, in whichever order their keys name them. */
function byHand(options: Partial<HopOptions> = {}, shards = 3) {
  const parts = worldByHand(options, shards)
  const told: WriteOutcome[] = []
  const write = async (keys: readonly string[], text = '1') => {
    const outcomes = writeAll(
      parts.world,
      keys.map((key) => ({ key, text })),
      'public',
    )
    void outcomes.then((all) => void told.push(...all))
    await parts.turn()
  }
  const answerRun = (body: number, results: readonly (OperationResult | AsSent)[] | 'silence') =>
    parts.answerWhole(body, results)
  return { ...parts, told, write, answerRun, view: must(parts.world.view) }
}

function keysOf({ ops }: { readonly ops: readonly ShardOperation[] }): readonly string[] {
  return ops.map((one) => (one.op === 'apply' ? one.row.k : one.k))
}

function missedBy(ops: readonly ShardOperation[]) {
  return ops.map((one) => ('missedBy' in one ? one.missedBy : undefined))
}

/** Bodies of one turn are sent to the replicas in the order of the first row's partition. */
function idOf(view: { locate(key: string): { readonly ids: readonly string[] } }, replica: number) {
  return view.locate(KEYS[0]).ids[replica]
}
