import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import {
  apply,
  get,
  openShard,
  openShardInRing,
  resultsOf,
  ringAfter,
  ringOf,
  type ShardUnderTest,
  wireRow,
} from '../../../test/support/shard-world.ts'
import { must } from '../../model/must.ts'
import { EngineError, type KeyValueEngine } from '../../ports/key-value-engine.ts'
import { CLEAN_PAUSE_MS, CLEAN_ROWS_MAX, URGENT_PAUSE_MS, URGENT_ROWS_MAX } from './cleaner.ts'
import { FULL_RETRY_MS } from './disk-state.ts'
import { SERVED_LATELY_MS } from './shard.ts'

const AFTER_MS = 1_000
const { p: GONE } = get('a')

/** Runs a shard until the test ends. */
function running(t: TestContext, shard: ShardUnderTest): ShardUnderTest {
  const ending = new AbortController()
  const run = shard.run(ending.signal)
  t.after(() => {
    ending.abort()
    return run
  })
  return shard
}

/** So many rows of a partition, beside the door. */
function fill({ engine }: ShardUnderTest, partition: number, rows: number): void {
  const version = { order: 1, time: 1, writer: 'w' }
  const keys = Array.from({ length: rows }, (_, i) => `k${i}`)
  const row = { partition, text: '1', version, expiresMs: null }
  engine.apply(keys.map((key) => ({ ...row, key, missedBy: ['b'] })))
}

const rowsOf = ({ engine }: ShardUnderTest, partition: number) =>
  engine.keys(partition, { from: '', to: null }, 10_000, false).length
const moveAway = (shard: ShardUnderTest) =>
  shard.ask({
    kind: 'ring.store',
    ring: ringAfter(shard, { [GONE]: { epoch: 2, replicas: [] } }),
  })

test('what has moved away goes after the delay, a limited number of rows at a time', async (t) => {
  const shard = running(t, await openShardInRing({ cleanAfterMs: AFTER_MS }))
  const [staying] = [get('b').p]
  const outgoing = async () => (await shard.ask({ kind: 'hello' })).outgoing
  fill(shard, GONE, CLEAN_ROWS_MAX + 1)
  fill(shard, staying, 3)
  await moveAway(shard)
  await new Promise((resolve) => setImmediate(resolve))
  await shard.clock.advance(AFTER_MS - 1)
  assert.equal(rowsOf(shard, GONE), CLEAN_ROWS_MAX + 1)
  await shard.clock.advance(CLEAN_PAUSE_MS)
  assert.equal(rowsOf(shard, GONE), 1)
  assert.equal(await outgoing(), 1, 'its rows still count, and that is told')
  await shard.clock.advance(CLEAN_PAUSE_MS)
  await shard.clock.advance(CLEAN_PAUSE_MS)
  assert.equal(rowsOf(shard, GONE), 0)
  assert.equal(await outgoing(), 0)
  assert.equal(rowsOf(shard, staying), 3)
  const left = shard.engine.hints('b', 10_000).filter(({ partition }) => partition === GONE)
  assert.deepEqual(left, [], 'hints go with their rows')
})

test('what shall come back goes at once, and is told until it has gone', async () => {
  const shard = await openShardInRing()
  const leftovers = async () => (await shard.ask({ kind: 'hello' })).leftovers
  fill(shard, GONE, URGENT_ROWS_MAX + 1)
  await moveAway(shard)
  assert.equal(await leftovers(), 0)
  const away = ringAfter(shard, { [GONE]: { epoch: 2, replicas: [] } })
  const ring = ringAfter(shard, { [GONE]: { goal: [0] } }, away)
  await shard.ask({ kind: 'ring.store', ring })
  assert.equal(await leftovers(), 1)
  shard.endTurn()
  assert.equal(rowsOf(shard, GONE), 1)
  shard.endTurn()
  assert.equal(rowsOf(shard, GONE), 0)
  assert.equal(await leftovers(), 0)
})

/** So long after it was asked for a row, what it held of a partition shall come back. */
async function comingBackWhileServing(
  shard: ShardUnderTest,
  rows: number,
  pauseMs = 0,
): Promise<void> {
  fill(shard, GONE, rows)
  await moveAway(shard)
  await resultsOf(shard, get('b'))
  await shard.clock.advance(pauseMs)
  const away = ringAfter(shard, { [GONE]: { epoch: 2, replicas: [] } })
  await shard.ask({ kind: 'ring.store', ring: ringAfter(shard, { [GONE]: { goal: [0] } }, away) })
  shard.endTurn()
}

test('while clients are served it goes a few rows at a time, with pauses', async (t) => {
  const shard = running(t, await openShardInRing())
  const rows = 2 * CLEAN_ROWS_MAX
  await comingBackWhileServing(shard, rows)
  await shard.clock.advance(URGENT_PAUSE_MS - 1)
  assert.equal(rowsOf(shard, GONE), rows)
  await shard.clock.advance(1)
  assert.equal(rowsOf(shard, GONE), rows - CLEAN_ROWS_MAX)
  await shard.clock.advance(URGENT_PAUSE_MS)
  assert.equal(rowsOf(shard, GONE), 0)
})

test('and once nobody was served for a moment it goes at once again', async () => {
  const shard = await openShardInRing()
  await comingBackWhileServing(shard, URGENT_ROWS_MAX, SERVED_LATELY_MS)
  assert.equal(rowsOf(shard, GONE), 0)
})

test('a shard that has ended touches its disk no more', async () => {
  const shard = await openShardInRing()
  const ending = new AbortController()
  const run = shard.run(ending.signal)
  await comingBackWhileServing(shard, 1)
  ending.abort()
  await run
  await shard.clock.advance(URGENT_PAUSE_MS)
  assert.equal(rowsOf(shard, GONE), 1)
})

/** The first attempt to remove rows fails so. */
const failingOnce =
  (failure: EngineError) =>
  (engine: KeyValueEngine): KeyValueEngine => {
    const failures = [failure]
    return {
      ...engine,
      clear(partition, limit) {
        const next = failures.shift()
        if (next) throw next
        return engine.clear(partition, limit)
      },
    }
  }

test('of a full disk what shall come back goes later, a broken one is the end', async (t) => {
  const full = failingOnce(new EngineError('full', 'no room'))
  const shard = running(t, await openShardInRing({ wrap: full }))
  await comingBackWhileServing(shard, 1, SERVED_LATELY_MS)
  assert.deepEqual([shard.door.problem(), rowsOf(shard, GONE)], [undefined, 1])
  await shard.clock.advance(FULL_RETRY_MS)
  assert.equal(rowsOf(shard, GONE), 0)
  const broken = failingOnce(new EngineError('broken', 'the disk is gone'))
  const ended = await openShardInRing({ wrap: broken })
  await comingBackWhileServing(ended, 1, SERVED_LATELY_MS)
  assert.match(must(ended.door.problem()), /the disk is gone/)
})

test('what stands from before a restart goes as well', async (t) => {
  const before = await openShardInRing()
  fill(before, GONE, 3)
  await moveAway(before)
  const shard = running(t, openShard({ disk: before.disk, cleanAfterMs: AFTER_MS }))
  await shard.clock.advance(AFTER_MS - 1)
  assert.equal(rowsOf(shard, GONE), 3)
  await shard.clock.advance(1)
  assert.equal(rowsOf(shard, GONE), 0)
})

test('a partition that comes back meanwhile is left alone', async (t) => {
  const shard = running(t, await openShardInRing({ cleanAfterMs: AFTER_MS }))
  const away = ringAfter(shard, { [GONE]: { epoch: 2, replicas: [] } })
  fill(shard, GONE, 1)
  await shard.ask({ kind: 'ring.store', ring: away })
  await shard.clock.advance(AFTER_MS)
  const back = { epoch: 3, replicas: [0], since: [3] }
  await shard.ask({ kind: 'ring.store', ring: ringAfter(shard, { [GONE]: back }, away) })
  await resultsOf(shard, apply(wireRow('a', 1), 3))
  await shard.clock.advance(2 * AFTER_MS)
  assert.equal(rowsOf(shard, GONE), 1)
})

test('a shard in no ring yet removes nothing', async (t) => {
  const shard = running(t, openShard({ cleanAfterMs: AFTER_MS }))
  fill(shard, GONE, 1)
  await shard.clock.advance(AFTER_MS)
  await shard.clock.advance(AFTER_MS)
  assert.equal(rowsOf(shard, GONE), 1)
})

test('hints for a shard that has left the ring go too', async (t) => {
  const shard = running(t, openShard({ cleanAfterMs: AFTER_MS }))
  const ring = ringOf([shard.id, 'b'])
  await shard.ask({ kind: 'ring.store', ring })
  fill(shard, GONE, 2)
  await shard.clock.advance(AFTER_MS)
  assert.equal(shard.engine.hints('b', 9).length, 2)
  const alone = ringAfter(shard, {}, { ...ringOf([shard.id]), version: 1 })
  await shard.ask({ kind: 'ring.store', ring: alone })
  await shard.clock.advance(AFTER_MS)
  assert.equal(shard.engine.hints('b', 9).length, 0)
})

test('a full disk is waited for, a broken one is the end', async (t) => {
  const before = await openShardInRing()
  fill(before, GONE, 1)
  await moveAway(before)
  const { disk } = before
  const full = failingOnce(new EngineError('full', 'no room'))
  const shard = running(t, openShard({ disk, wrap: full, cleanAfterMs: AFTER_MS }))
  await shard.clock.advance(AFTER_MS)
  assert.equal(rowsOf(shard, GONE), 1)
  await shard.clock.advance(FULL_RETRY_MS)
  assert.equal(rowsOf(shard, GONE), 0)
  fill(before, GONE, 1)
  const broken = failingOnce(new EngineError('broken', 'the disk is gone'))
  const ended = openShard({ disk, wrap: broken, cleanAfterMs: AFTER_MS })
  const end = assert.rejects(ended.run(new AbortController().signal), /the disk is gone/)
  await ended.clock.advance(AFTER_MS)
  await end
  assert.equal(must(ended.door.problem()).includes('must be started again'), true)
})
