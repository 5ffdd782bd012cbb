import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../../../test/support/manual-clock.ts'
import type { Answer, Message } from '../../ports/network.ts'
import type { ShardOperation } from '../wire.ts'
import { HOP_DEFAULTS, type HopOptions, ShardLink } from './hop.ts'
import type { ReplicaResult } from './replica-result.ts'

interface Body extends Message {
  readonly cluster: string
  readonly budgetMs: number
  readonly ops: readonly ShardOperation[]
}

/** Bodies leave at the end of the turn. */
const AT_ONCE = { gatherTurnsMax: 1 }

/** A link whose bodies are answered by hand, one after another. */
function link(options: Partial<HopOptions> = {}) {
  const bodies: Body[] = []
  const answers: ((answer: Answer) => void)[] = []
  const clock = manualClock()
  const network = {
    ask: (_: string, request: Message) => {
      bodies.push(request as Body)
      return new Promise<Answer>((resolve) => answers.push(resolve))
    },
    close: async () => {},
  }
  const world = { clock, network, afterTurn: (run: () => void) => void setImmediate(run) }
  const shard = new ShardLink('a', world, { ...HOP_DEFAULTS, ...AT_ONCE, ...options })
  const settled = new Map<number, ReplicaResult>()
  const sink = { settle: (tag: number, result: ReplicaResult) => void settled.set(tag, result) }
  const send = (tag: number, bytes = 10, deadlineMs = 1_000, cluster = 'ours') => {
    const operation = read(String(tag))
    return shard.send({ operation, cluster, bytes, deadlineMs, sink, tag })
  }
  return { shard, bodies, answers, settled, send, clock }
}

const read = (k: string) => ({ op: 'get', p: 0, e: 1, k }) as const
const turn = () => new Promise((resolve) => setImmediate(resolve))
const rows = (count: number): Answer => ({
  kind: 'answer',
  body: { kind: 'ops', results: new Array(count).fill({ r: 'row', row: null }) },
})

test('all operations of one turn travel in one body and are answered in their order', async () => {
  const { bodies, answers, settled, send, shard } = link()
  for (let tag = 0; tag < 100; tag += 1) send(tag)
  assert.equal(bodies.length, 0, 'nothing leaves within the turn')
  await turn()
  assert.deepEqual(
    bodies.map(({ ops }) => ops.length),
    [100],
  )
  assert.equal(bodies[0]?.budgetMs, 1_000)
  answers[0]?.(rows(100))
  await turn()
  assert.equal(settled.size, 100)
  assert.equal(shard.outstanding, 0)
})

test('a small body waits as long as each turn brings more, and then leaves', async () => {
  const { bodies, send } = link({ gatherTurnsMax: 8 })
  for (let tag = 0; tag < 3; tag += 1) {
    send(tag)
    await turn()
    assert.equal(bodies.length, 0, `turn ${tag} brought something`)
  }
  await turn()
  assert.deepEqual(
    bodies.map(({ ops }) => ops.length),
    [3],
  )
})

test('a body that is large enough, or has waited for so many turns, waits no longer', async () => {
  const enough = link({ gatherTurnsMax: 8, bodyOperationsEnough: 3 })
  for (let tag = 0; tag < 3; tag += 1) enough.send(tag)
  await turn()
  assert.equal(enough.bodies.length, 1)
  const long = link({ gatherTurnsMax: 4 })
  for (let tag = 0; tag < 6; tag += 1) {
    long.send(tag)
    await turn()
  }
  assert.deepEqual(
    long.bodies.map(({ ops }) => ops.length),
    [4],
  )
})

test('what was answered meanwhile makes no body leave that still gathers', async () => {
  const { bodies, answers, send } = link({ gatherTurnsMax: 8, bodiesInFlightMax: 2 })
  send(0)
  await turn()
  await turn()
  send(1)
  answers[0]?.(rows(1))
  await turn()
  assert.equal(bodies.length, 1)
  send(2)
  await turn()
  await turn()
  assert.deepEqual(
    bodies.map(({ ops }) => ops.length),
    [1, 2],
  )
})

test('a body has at most so many operations and so many bytes', async () => {
  const few = link({ bodyOperationsMax: 4 })
  for (let tag = 0; tag < 10; tag += 1) few.send(tag)
  await turn()
  assert.deepEqual(
    few.bodies.map(({ ops }) => ops.length),
    [4, 4, 2],
  )
  const small = link({ bodyBytesMax: 25 })
  for (let tag = 0; tag < 4; tag += 1) small.send(tag)
  small.send(4, 1_000)
  await turn()
  assert.deepEqual(
    small.bodies.map(({ ops }) => ops.length),
    [2, 2, 1],
  )
})

test('a body speaks of one cluster; operations of another travel behind it', async () => {
  const { bodies, send } = link()
  for (const [tag, cluster] of ['old', 'old', 'new'].entries()) send(tag, 10, 1_000, cluster)
  await turn()
  assert.deepEqual(
    bodies.map(({ cluster, ops }) => [cluster, ops.length]),
    [
      ['old', 2],
      ['new', 1],
    ],
  )
})

test('only so many bodies are on their way at once; the next leaves when one returns', async () => {
  const { bodies, answers, send } = link({ bodiesInFlightMax: 2, bodyOperationsMax: 1 })
  for (let tag = 0; tag < 5; tag += 1) send(tag)
  await turn()
  assert.equal(bodies.length, 2)
  answers[0]?.(rows(1))
  await turn()
  assert.equal(bodies.length, 3)
})

test('what does not fit into the queue, in operations or bytes, is refused at once', async () => {
  const byCount = link({ queueOperationsMax: 2 })
  assert.deepEqual(
    [0, 1, 2].map((tag) => byCount.send(tag)),
    [true, true, false],
  )
  await turn()
  assert.equal(byCount.send(3), false, 'what is on its way counts')
  byCount.answers[0]?.(rows(2))
  await turn()
  assert.equal(byCount.send(4), true)
  const byBytes = link({ queueBytesMax: 25 })
  assert.deepEqual(
    [0, 1, 2].map((tag) => byBytes.send(tag)),
    [true, true, false],
  )
})

test('a shard that works slowly is given no more than it does in time', async () => {
  const slow = { bodiesInFlightMax: 1, bodyOperationsMax: 1, queueWaitMsMax: 400 }
  const { shard, answers, send, clock } = link({ ...slow, queueOperationsMin: 3 })
  const fill = () => {
    for (let tag = 0; tag < 20; tag += 1) send(tag, 10, 10_000)
    return shard.outstanding
  }
  const work = async (bodies: number) => {
    for (let body = 0; body < bodies; body += 1) {
      answers.shift()?.(rows(1))
      await turn()
    }
  }
  assert.equal(fill(), 20, 'of a shard that was never waited for nothing is known')
  await turn()
  await work(1)
  await clock.advance(200)
  await work(4)
  assert.equal(fill(), 15, 'what was taken is kept')
  await clock.advance(200)
  await work(11)
  assert.equal(fill(), 5, 'it did 4 in the last 200 ms, and 1 in those before')
})

test('what waited beyond its deadline is never sent, and leaves its room to others', async () => {
  const room = { queueOperationsMax: 3, queueBytesMax: 30 }
  const { bodies, answers, settled, send, clock, shard } = link({ bodiesInFlightMax: 1, ...room })
  send(0)
  await turn()
  send(1, 10, 50)
  send(2, 10, 1_000)
  await clock.advance(60)
  answers[0]?.(rows(1))
  await turn()
  assert.deepEqual(
    bodies[1]?.ops.map((one) => 'k' in one && one.k),
    ['2'],
  )
  assert.deepEqual(settled.get(1), { r: 'refused', why: 'late' })
  assert.equal(shard.outstanding, 1, 'the one that was sent')
  assert.deepEqual(
    [3, 4, 5].map((tag) => send(tag)),
    [true, true, false],
  )
})

test('each failure of the wire keeps its meaning for every operation of the body', async () => {
  const cases: [Answer, ReplicaResult['r']][] = [
    [{ kind: 'refused', reason: '' }, 'refused'],
    [{ kind: 'silence', reason: '' }, 'silence'],
    [{ kind: 'answer', body: { kind: 'error', reason: 'no' } }, 'refused'],
    [rows(1), 'silence'],
    [rows(3), 'silence'],
    [
      { kind: 'answer', body: { kind: 'ops', results: [{ r: 'held' }, { r: 'row', row: null }] } },
      'silence',
    ],
    [{ kind: 'answer', body: 'nonsense' }, 'silence'],
  ]
  for (const [answer, expected] of cases) {
    const { answers, settled, send } = link()
    send(0)
    send(1)
    await turn()
    answers[0]?.(answer)
    await turn()
    assert.deepEqual(
      [...settled.values()].map(({ r }) => r),
      [expected, expected],
      JSON.stringify(answer),
    )
  }
})

test('an answer in short is told in full: the row is held as it was sent', async () => {
  const { answers, settled, send, shard } = link()
  const row = { k: 'a', v: '1', o: 3, t: 2, n: 'w', e: null }
  const operation = { op: 'apply', p: 0, e: 1, row } as const
  const sink = { settle: (tag: number, result: ReplicaResult) => void settled.set(tag, result) }
  shard.send({ operation, cluster: 'ours', bytes: 10, deadlineMs: 1_000, sink, tag: 1 })
  send(2)
  await turn()
  answers[0]?.({ kind: 'answer', body: { kind: 'ops', results: [true, true] } })
  await turn()
  assert.deepEqual(settled.get(1), { r: 'held', o: 3, t: 2, n: 'w' })
  assert.deepEqual(settled.get(2), { r: 'silence' }, 'of a read it says nothing')
})

test('a shard that three times was not reached is down until its first answer', async () => {
  const { shard, answers } = link()
  for (let i = 0; i < 3; i += 1) {
    const asked = shard.ask({ kind: 'hello' }, 100)
    answers.pop()?.({ kind: 'silence', reason: '' })
    assert.equal((await asked).kind, 'silence')
  }
  assert.equal(shard.health.state, 'down')
  const asked = shard.ask({ kind: 'hello' }, 100)
  const hello = {
    kind: 'hello',
    shardId: 'x',
    ring: null,
    keys: 0,
    writable: true,
    hints: {},
    leftovers: 0,
  }
  answers.pop()?.({ kind: 'answer', body: hello })
  assert.deepEqual(await asked, { kind: 'reply', reply: hello })
  assert.equal(shard.health.state, 'up')
})
