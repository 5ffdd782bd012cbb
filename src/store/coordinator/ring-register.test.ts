import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instantClock } from '../../../test/support/instant-clock.ts'
import {
  ADDRESSES,
  type Carry,
  deciders,
  FIRST,
  next,
  register,
  SHARDS,
} from '../../../test/support/ring-deciders.ts'
import { foundRing } from '../ring/membership.ts'
import { ATTEMPTS_MAX } from './ring-register.ts'

test('what is proposed alone is decided', async () => {
  const { carry } = deciders()
  assert.deepEqual(await register('a', carry).decide(FIRST, next(FIRST, 1)), { kind: 'decided' })
  const again = await register('b', carry).decide(FIRST, next(FIRST, 2))
  assert.deepEqual(again, { kind: 'conflict', ring: next(FIRST, 1) })
})

test('who dies after any message leaves one decision, which the next one completes', async () => {
  const ends = new Set<string>()
  for (let alive = 0; alive <= 6; alive += 1) {
    for (const asleep of [...ADDRESSES, 'none']) {
      const { at, carry } = deciders()
      let left = alive
      const dying: Carry = async (to, request) => {
        left -= 1
        return left < 0 || to === asleep ? new Promise(() => {}) : carry(to, request)
      }
      void register('dying', dying).decide(FIRST, next(FIRST, 1))
      for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
      const second = await register('b', carry).decide(FIRST, next(FIRST, 2))
      const third = await register('c', carry).decide(FIRST, next(FIRST, 3))
      const decided = second.kind === 'conflict' ? second.ring : next(FIRST, 2)
      assert.deepEqual(third, { kind: 'conflict', ring: decided }, `${alive} ${asleep}`)
      ends.add(second.kind)
      assert.equal(at('a1').ring?.version, 1, 'it is decided, not told')
    }
  }
  assert.deepEqual([...ends].sort(), ['conflict', 'decided'], 'both ends have been seen')
})

test('a decider that is behind is given the ring first, one that is ahead ends it', async () => {
  const { all, carry } = deciders()
  const second = next(FIRST, 1)
  for (const one of all.slice(0, 1)) one.ring = second
  const behind = await register('a', carry).decide(second, next(second, 2))
  assert.deepEqual(behind, { kind: 'decided' })
  assert.ok(all.every(({ ring }) => ring?.version === 2))
  const late = await register('b', carry).decide(FIRST, next(FIRST, 3))
  assert.deepEqual(late, { kind: 'conflict', ring: second })
  const same = await register('c', carry).decide(FIRST, second)
  assert.deepEqual(same, { kind: 'decided' }, 'somebody has completed it meanwhile')
})

test('a shard that lost its disk has no vote and is given nothing', async () => {
  const { all, carry } = deciders()
  const [lost, silent] = all
  assert.ok(lost && silent)
  Object.assign(lost, { id: 'fresh', ring: null })
  const without: Carry = async (to, request) => (to === silent.address ? null : carry(to, request))
  const outcome = await register('a', without).decide(FIRST, next(FIRST, 1))
  assert.equal(outcome.kind, 'unreachable')
  assert.equal(lost.ring, null)
  assert.equal((await register('b', carry).decide(FIRST, next(FIRST, 2))).kind, 'decided')
})

test('nobody is asked in place of a shard of which nobody knows where it is', async () => {
  const { at, carry } = deciders()
  const asked: string[] = []
  const noting: Carry = async (to, request) => {
    asked.push(to)
    return at(to).answer(request)
  }
  const one = register('a', noting, instantClock(), undefined, ['id-1', 'id-2'])
  assert.equal((await one.decide(FIRST, next(FIRST, 1))).kind, 'unreachable')
  assert.deepEqual([...new Set(asked)], ['a3'])
  assert.equal((await register('b', carry).decide(FIRST, next(FIRST, 2))).kind, 'decided')
})

test('without a majority nothing is decided, and a sentence says who is missing', async () => {
  const { carry } = deciders()
  const alone: Carry = async (to, request) => (to === 'a1' ? carry(to, request) : null)
  const outcome = await register('a', alone).decide(FIRST, next(FIRST, 1))
  assert.equal(outcome.kind, 'unreachable')
  assert.match(
    'reason' in outcome ? outcome.reason : '',
    /2 of .* \(a1, a2, a3\) must answer, and too few did/,
  )
})

test('nobody waits for a decider that hangs while the others are a majority', async () => {
  const { carry } = deciders()
  const hanging: Carry = (to, request) => (to === 'a2' ? new Promise(() => {}) : carry(to, request))
  assert.equal((await register('a', hanging).decide(FIRST, next(FIRST, 1))).kind, 'decided')
})

test('a cluster is founded by a majority of those named, once', async () => {
  const { all, carry } = deciders(null)
  const silent: Carry = async (to, request) => (to === 'a3' ? null : carry(to, request))
  const two = foundRing(SHARDS.slice(0, 2), { kind: 'factor', factor: 3 }, 2)
  assert.deepEqual(await register('a', silent).found(two, ADDRESSES), { kind: 'decided' })
  const other = await register('b', carry).found(FIRST, ADDRESSES)
  assert.deepEqual(other, { kind: 'conflict', ring: two })
  all[1]?.answer({ kind: 'ring.store', ring: two })
  const third = await register('c', carry).found(FIRST, ADDRESSES)
  assert.deepEqual(third, { kind: 'conflict', ring: two })
})

test('after a ring without shards the first shard of the next one decides', async () => {
  const empty = {
    ...next(FIRST, 3),
    shards: [],
    table: FIRST.table.map(() => ({ epoch: 2, replicas: [] })),
  }
  const { carry, at } = deciders(null)
  at('a1').ring = FIRST
  const after = { ...next(empty, 3), shards: SHARDS.slice(0, 1) }
  assert.deepEqual(await register('a', carry).decide(empty, after), { kind: 'decided' })
  assert.deepEqual(at('a1').ring, empty)
})

test('who is outbid once bids higher', async () => {
  const { at, carry } = deciders()
  const scope = { cluster: FIRST.cluster, version: 2 }
  const ballot = { o: 0, t: 1_000_000, n: 'other' }
  for (const address of ADDRESSES) at(address).answer({ kind: 'ring.promise', ...scope, ballot })
  assert.deepEqual(await register('a', carry).decide(FIRST, next(FIRST, 1)), { kind: 'decided' })
})

test('who is outbid each time gives up after a bounded number of tries', async () => {
  const { carry } = deciders()
  let tries = 0
  const outbidding: Carry = async (to, request) => {
    if (request.kind === 'ring.promise' && to === 'a1') {
      tries += 1
      const ballot = { o: 0, t: request.ballot.t + 5, n: 'other' }
      for (const address of ADDRESSES) await carry(address, { ...request, ballot })
    }
    return carry(to, request)
  }
  const outcome = await register('a', outbidding).decide(FIRST, next(FIRST, 1))
  assert.equal(outcome.kind, 'unreachable')
  assert.match('reason' in outcome ? outcome.reason : '', /at the same time/)
  assert.equal(tries, ATTEMPTS_MAX)
})
