import assert from 'node:assert/strict'
import { test } from 'node:test'
import { worldByHand } from '../../../test/support/store-world-by-hand.ts'
import type { WriteOutcome } from '../client.ts'
import type { ShardOperation } from '../wire.ts'
import type { HopOperation, HopOptions, ShardLink } from './hop.ts'
import { FAILURES_UNTIL_DOWN } from './replica-health.ts'
import { roundsOf, writeAll } from './writer.ts'

const plain = (key: string) => ({ key, text: '1' })
const ordered = (key: string, order: number) => ({ key, text: '1', order })

test('writes of different keys travel together', () => {
  assert.deepEqual(roundsOf([plain('a'), plain('b'), plain('c')]), [[0, 1, 2]])
  assert.deepEqual(roundsOf([plain('a')]), [[0]])
  assert.deepEqual(roundsOf([]), [[]])
})

test('a plain write waits for the writes of its key before it', () => {
  const writes = [plain('a'), plain('b'), plain('a'), ordered('b', 5), plain('b'), plain('a')]
  assert.deepEqual(roundsOf(writes), [[0, 1, 3], [2, 4], [5]])
})

test('writes with an order of their own need no waiting', () => {
  assert.deepEqual(roundsOf([ordered('a', 3), ordered('a', 1), ordered('a', 2)]), [[0, 1, 2]])
})

test('an answer to the first attempt does not count for the second', async () => {
  const { world, bodies, answer, turn } = byHand()
  const told: WriteOutcome[] = []
  void writeAll(world, [plain('a')], 'public').then((outcomes) => void told.push(...outcomes))
  await turn()
  const newer = Number.MAX_SAFE_INTEGER
  await answer(0, { o: newer, t: 1, n: 'x' })
  await answer(1, { o: newer, t: 1, n: 'x' })
  assert.equal(bodies.length, 6, 'issued once more, above what it met')
  await answer(2)
  await answer(3)
  assert.equal(told.length, 0, 'one replica holds the second attempt')
  await answer(4)
  assert.equal(told[0]?.kind, 'done')
  assert.ok(rowOf(bodies[4]).o >= newer)
})

test('a write for which only a minority has room is sent to nobody', async () => {
  const { world, bodies, links, answer, noted, turn } = byHand({ queueOperationsMax: 1 })
  const write = async (key: string) => (await writeAll(world, [plain(key)], 'public'))[0]?.kind
  const fill = (link: ShardLink | undefined) => assert.ok(link?.send(filling()))
  fill(links[0])
  const first = write('a')
  await turn()
  assert.equal(bodies.length, 3, 'a quorum has room')
  await answer(1)
  await answer(2)
  assert.equal(await first, 'done')
  await turn()
  for (const hint of [3, 4]) await noted(hint)
  fill(links[1])
  await turn()
  assert.equal(await write('b'), 'busy')
  await turn()
  assert.equal(bodies.length, 6)
})

test('those that hold a write are told who missed it, once all have answered', async () => {
  const { world, bodies, answer, noted, turn } = byHand()
  const outcome = writeAll(world, [plain('a')], 'public')
  await turn()
  await answer(0)
  await answer(1)
  assert.equal((await outcome)[0]?.kind, 'done')
  assert.equal(bodies.length, 3, 'the third may still answer')
  // No answer to a write, so it may have been done or not.
  await noted(2)
  await turn()
  const hints = bodies.slice(3).flatMap(({ ops }) => ops)
  assert.equal(hints.length, 2)
  const missing = world.view?.locate('a').ids[2]
  for (const hint of hints) assert.deepEqual(hint.op === 'hint' && hint.missedBy, [missing])
})

test('a shard that nobody expects to answer is not written to while a quorum is left', async () => {
  const { world, bodies, links, answer, turn } = byHand()
  for (let failure = 0; failure < FAILURES_UNTIL_DOWN; failure += 1) links[2]?.health.failed()
  const outcome = writeAll(world, [plain('a')], 'public')
  await turn()
  assert.equal(bodies.length, 2)
  const [carried] = bodies[0]?.ops ?? []
  assert.deepEqual(carried?.op === 'apply' && carried.missedBy, ['id-3'], 'a hint goes with it')
  await answer(0)
  await answer(1)
  assert.equal((await outcome)[0]?.kind, 'done')
  links[1]?.health.failed()
  links[1]?.health.failed()
  links[1]?.health.failed()
  void writeAll(world, [plain('b')], 'public')
  await turn()
  assert.equal(bodies.length, 5, 'without a quorum all are tried')
})

test('a time to live ends to the millisecond, though the value is issued once more', async () => {
  const { world, bodies, answer, turn, clock } = byHand()
  await clock.advance(789)
  const expiresMs = clock.wallMs() + 60_000
  void writeAll(world, [{ ...plain('a'), ttlSeconds: 60 }], 'public')
  await turn()
  assert.equal(rowOf(bodies[0]).e, expiresMs)
  await clock.advance(20)
  const newer = { o: Number.MAX_SAFE_INTEGER, t: 1, n: 'x' }
  await answer(0, newer)
  await answer(1, newer)
  assert.equal(bodies.length, 6, 'issued once more')
  assert.equal(rowOf(bodies[3]).e, expiresMs)
})

test('the clock of versions follows what it meets', async () => {
  const { world, bodies, answer, turn } = byHand()
  void writeAll(world, [plain('a')], 'public')
  await turn()
  const { o, t } = rowOf(bodies[0])
  const met = { o, t: t + 500, n: 'x' }
  await answer(0, met)
  await answer(1, met)
  const again = rowOf(bodies[3])
  assert.ok(again.t > met.t)
  assert.equal(again.o, met.o, 'a later time wins by itself')
})

function filling(): HopOperation {
  const operation = { op: 'get', p: 0, e: 1, k: 'x' } as const
  const sink = { settle: () => {} }
  return { operation, cluster: '', bytes: 1, deadlineMs: 1_000, sink, tag: 0 }
}

/** Three replicas that answer a write by hand. */
function byHand(options: Partial<HopOptions> = {}) {
  const parts = worldByHand(options)
  /** As held in the version that was sent, unless another is given. */
  const answer = (body: number, held?: { o: number; t: number; n: string }) => {
    const { o, t, n } = held ?? rowOf(parts.bodies[body])
    return parts.answer(body, { r: 'held', o, t, n })
  }
  const noted = (body: number) => parts.answer(body, { r: 'noted' })
  return { ...parts, answer, noted }
}

function rowOf(body: { readonly ops: readonly ShardOperation[] } | undefined) {
  const [operation] = body?.ops ?? []
  assert.ok(operation?.op === 'apply')
  return operation.row
}
