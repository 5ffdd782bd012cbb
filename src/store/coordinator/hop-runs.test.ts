/**
 * Runs of operations on their way to one shard: they stay together, and count as what they are.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { worldByHand } from '../../../test/support/store-world-by-hand.ts'
import { must } from '../../model/must.ts'
import type { HopOptions } from './hop.ts'
import { SharedOperations } from './operations-message.ts'
import { type ReplicaResult, SILENCE } from './replica-result.ts'

const BYTES = 10

/** `send` hands over so many operations, more than one as a run; what is told stands in `heard`. */
function link(options: Partial<HopOptions> = {}) {
  const { links, bodies, answerWhole, turn, clock } = worldByHand(options)
  const shard = must(links[0])
  const heard = new Map<number, readonly unknown[]>()
  const sink = {
    settle: (tag: number, result: unknown) => void heard.set(tag, [result]),
    settleRun: (tag: number, results: readonly unknown[]) => void heard.set(tag, results),
  }
  const send = (tag: number, count: number) => {
    const operation = { op: 'get', p: 0, e: 1, k: String(tag) } as const
    const handed = { cluster: 'ours', bytes: BYTES * count, deadlineMs: 1_000, sink, tag }
    if (count === 1) return shard.send({ ...handed, operation })
    const operations = new SharedOperations(new Array(count).fill(operation))
    return shard.send({ ...handed, operations })
  }
  const sizes = () => bodies.map(({ ops }) => ops.length)
  const answer = (body: number, from = 0) =>
    answerWhole(body, versions(from, must(bodies[body]).ops.length))
  return { shard, heard, send, sizes, answer, answerWhole, turn, clock }
}

/** Results that differ from each other. */
function versions(from: number, count: number) {
  return Array.from(
    { length: count },
    (_, i) => ({ r: 'version', o: from + i, t: 1, n: 'w' }) as const,
  )
}

test('a run of operations is in one body whole, is refused whole and fails whole', async () => {
  const { heard, send, sizes, answer, answerWhole, turn, shard } = link({
    bodyOperationsMax: 4,
    queueOperationsMax: 8,
  })
  send(0, 1)
  send(1, 1)
  assert.deepEqual([send(2, 3), send(3, 4), send(4, 3)], [true, false, true])
  await turn()
  assert.deepEqual(sizes(), [2, 3, 3])
  await answer(1)
  await answerWhole(2, 'silence')
  assert.deepEqual([...heard.keys()], [2, 4])
  const silence: ReplicaResult[] = new Array(3).fill(SILENCE)
  assert.deepEqual(heard.get(4), silence)
  assert.equal(shard.outstanding, 2)
})

test('whoever shares a body is told the results of its own operations', async () => {
  const { heard, send, answer, turn } = link()
  for (const [tag, count] of [1, 2, 1, 3].entries()) send(tag, count)
  await turn()
  await answer(0)
  assert.deepEqual(
    [...heard.values()],
    [versions(0, 1), versions(1, 2), versions(3, 1), versions(4, 3)],
  )
})

test('a run leaves its room to others once it is answered, or not', async () => {
  for (const isAnswered of [true, false]) {
    const { send, answer, answerWhole, turn } = link({ queueBytesMax: 3 * BYTES })
    assert.deepEqual([send(0, 3), send(1, 3)], [true, false])
    await turn()
    await (isAnswered ? answer(0) : answerWhole(0, 'silence'))
    assert.equal(send(2, 3), true)
  }
})

test('a body waits for no more when a run makes it large enough', async () => {
  const { send, sizes, turn } = link({ gatherTurnsMax: 8, bodyOperationsEnough: 3 })
  send(0, 3)
  await turn()
  assert.deepEqual(sizes(), [3])
  send(1, 1)
  await turn()
  assert.deepEqual(sizes(), [3], 'the next body begins from nothing')
  await turn()
  assert.deepEqual(sizes(), [3, 1])
})

test('of how fast a shard is each operation of a run tells', async () => {
  const slow = { bodiesInFlightMax: 1, bodyOperationsMax: 4, queueWaitMsMax: 400 }
  const { send, answer, turn, clock } = link({ ...slow, queueOperationsMin: 1 })
  for (let tag = 0; tag < 5; tag += 1) send(tag, 4)
  await turn()
  await answer(0)
  await clock.advance(200)
  for (const body of [1, 2, 3]) await answer(body)
  assert.deepEqual([send(5, 4), send(6, 1)], [true, false], 'it does 8 in 400 ms, and has 4')
})
