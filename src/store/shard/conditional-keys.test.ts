/**
 * Conditional keys at one shard: it is an acceptor for each of them.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  apply,
  get,
  openShard,
  openShardInRing,
  operations,
  promise,
  resultsOf,
  ringAfter,
  type ShardUnderTest,
  wireRow,
  wordOf,
} from '../../../test/support/shard-world.ts'
import { lruRowCache } from '../../adapters/lru-row-cache.ts'
import { EngineError, type KeyValueEngine } from '../../ports/key-value-engine.ts'
import { CLOCK_AHEAD_MS_MAX, timeOf } from '../hybrid-clock.ts'

const KEY = 'cas:k'
const ballotOf = (t: number) => ({ o: 1, t, n: 'w' })
const accept = (t: number, v = `"${t}"`) => apply(wireRow(KEY, 1, { ...ballotOf(t), v }))
const heldOf = (t: number) => ({ r: 'held', ...ballotOf(t) })
const promisedOf = (t: number, row: ReturnType<typeof accept>['row'] | null) => ({
  ...{ r: 'promised', ballot: ballotOf(t), row },
})

test('a promise tells what was accepted, and what is below it is accepted no more', async () => {
  const shard = await openShardInRing({ cache: lruRowCache(10) })
  assert.deepEqual(await resultsOf(shard, promise(KEY, ballotOf(10))), [promisedOf(10, null)])
  assert.deepEqual(await resultsOf(shard, get(KEY)), [{ r: 'row', row: null }])
  const results = await resultsOf(shard, accept(9), accept(10), promise(KEY, ballotOf(8)))
  assert.deepEqual(results, [heldOf(10), heldOf(10), promisedOf(10, accept(10).row)])
  const later = await resultsOf(shard, promise(KEY, ballotOf(20)), accept(15))
  assert.deepEqual(later, [promisedOf(20, accept(10).row), heldOf(20)])
  assert.deepEqual((await resultsOf(shard, get(KEY))).map(wordOf), ['"10"'], 'not in the cache')
  const again = openShard({ disk: shard.disk })
  assert.deepEqual(await resultsOf(again, accept(15), accept(21)), [heldOf(20), heldOf(21)])
})

test('what a promise tells was read after it, not before', async () => {
  const shard = await openShardInRing()
  const asked = shard.ask(operations(promise(KEY, ballotOf(10))))
  const accepted = shard.ask(operations(accept(5)))
  shard.endTurn()
  assert.deepEqual((await asked).results, [promisedOf(10, null)])
  assert.deepEqual((await accepted).results, [heldOf(10)])
  const [other, first, second] = ['cas:other', 3, 7]
  const writing = shard.ask(operations(apply(wireRow(other, 1, ballotOf(first)))))
  const promising = shard.ask(operations(promise(other, ballotOf(second))))
  shard.endTurn()
  assert.equal((await writing).results[0]?.r, 'held')
  const [told] = (await promising).results
  assert.equal(told?.r === 'promised' && told.row?.t, first, 'accepted in the same turn')
})

test('a promise is answered once it is on the disk and not before', async () => {
  const shard = await openShardInRing()
  let isAnswered = false
  const asked = shard.ask(operations(promise(KEY, ballotOf(1)))).then(() => {
    isAnswered = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(isAnswered, false)
  shard.endTurn()
  await asked
})

test('the system’s own keys are conditional too', async () => {
  const shard = await openShardInRing()
  const key = '_system:thresholds'
  await resultsOf(shard, promise(key, ballotOf(10)))
  const results = await resultsOf(shard, apply(wireRow(key, 1, ballotOf(9))))
  assert.deepEqual(results, [heldOf(10)])
})

test('a ballot of another epoch, from the future, or too late is refused', async () => {
  const shard = await openShardInRing()
  const future = timeOf(shard.clock.wallMs() + CLOCK_AHEAD_MS_MAX + 1)
  const wrong = [promise(KEY, ballotOf(1), 0), promise(KEY, ballotOf(1), 2)]
  const ahead = [promise(KEY, ballotOf(future)), accept(future)]
  const words = (await resultsOf(shard, ...wrong, ...ahead)).map(wordOf)
  assert.deepEqual(words, ['fenced', 'not-mine', 'clock-ahead', 'clock-ahead'])
  const asked = shard.ask(operations(promise(KEY, ballotOf(1))))
  const moved = ringAfter(shard, { [get(KEY).p]: { epoch: 2 } })
  await shard.ask({ kind: 'ring.store', ring: moved })
  shard.endTurn()
  assert.deepEqual((await asked).results.map(wordOf), ['fenced'])
  const words2 = (await resultsOf(shard, accept(1), apply(accept(1).row, 2))).map(wordOf)
  assert.deepEqual(words2, ['fenced', 'held'], 'nothing was promised')
})

test('a full disk refuses promises and ballots, and keeps none of them', async () => {
  const shard = await openShardInRing()
  await resultsOf(shard, accept(1), promise(KEY, ballotOf(5)))
  shard.disk.bytesMax = 0
  const promises = [promise(KEY, ballotOf(9)), promise('cas:other', ballotOf(9))]
  const ops = [...promises, accept(10, '"more"'), promise(KEY, ballotOf(1))]
  const words = (await resultsOf(shard, ...ops)).map(wordOf)
  assert.deepEqual(words, ['full', 'full', 'full', 'full'], 'nor the ballot of what it accepted')
  assert.deepEqual(await resultsOf(shard, accept(1)), [heldOf(1)], 'it is there already')
  shard.disk.bytesMax = Number.POSITIVE_INFINITY
  await shard.clock.advance(1_000)
  assert.deepEqual(await resultsOf(shard, accept(6)), [heldOf(6)], 'no ballot was kept')
})

/** A disk on which the row of one key has rotted. */
const rotten = (key: string) => (engine: KeyValueEngine) => ({
  ...engine,
  get(partition: number, asked: string) {
    if (asked !== key) return engine.get(partition, asked)
    throw new EngineError('damaged', `the value of ${asked} is not what was written`)
  },
})

test('where the accepted row is damaged the promise says so and nothing else', async () => {
  const shard = await openShardInRing({ wrap: rotten(KEY) })
  await resultsOf(shard, accept(1))
  const words = (await resultsOf(shard, promise(KEY, ballotOf(5)), accept(4))).map(wordOf)
  assert.deepEqual(words, ['damaged', 'held'])
  assert.deepEqual(await resultsOf(shard, accept(4)), [heldOf(5)], 'it stands all the same')
})

test('an engine that breaks between promise and answer is the end', async () => {
  const state = { isBroken: false }
  const wrap = (engine: KeyValueEngine): KeyValueEngine => ({
    ...engine,
    get(partition, key) {
      if (state.isBroken) throw new EngineError('broken', 'the disk is gone')
      return engine.get(partition, key)
    },
  })
  const shard: ShardUnderTest = await openShardInRing({ wrap })
  const ended = assert.rejects(shard.run(new AbortController().signal), /the disk is gone/)
  const lost = assert.rejects(shard.ask(operations(promise(KEY, ballotOf(1)))), /the disk is gone/)
  state.isBroken = true
  shard.endTurn()
  await Promise.all([ended, lost])
})
