/**
 * Steps of a change, on rings of a few shards: each test says how things stand and looks at what is
 * done next. The last ones go through whole changes, with shards that come and go by chance.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { begun } from '../../../../test/support/ring-steps.ts'
import { must } from '../../../model/must.ts'
import type { RingDocument } from '../../ring/document.ts'
import {
  addShard,
  cancelled,
  foundRing,
  type RingDecision,
  removeShard,
  replaceShard,
  withReplicationFactor,
} from '../../ring/membership.ts'
import { jointPartitions, newcomersOf, partitionsToMove } from '../../ring/moves.ts'
import { majorityOf } from '../../ring/quorum.ts'
import { type MoveFacts, type NextMove, nextMove } from './next-move.ts'

const LIMITS = { movesPerShardMax: 2, moveRowsMax: 100 }
const shardsOf = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ id: `s${i}`, address: `a${i}` }))
const founded = (shards: number, partitions = 8) =>
  foundRing(shardsOf(shards), { kind: 'factor', factor: 3 }, partitions)
const changed = (decision: RingDecision): RingDocument => {
  assert.ok(decision.kind === 'changed', decision.kind)
  return decision.ring
}
const withOneMore = (ring: RingDocument) => changed(addShard(ring, { id: 'new', address: 'new' }))

function facts(ring: RingDocument, change: Partial<MoveFacts> = {}): MoveFacts {
  return {
    ring,
    holdsRing: () => true,
    isUp: () => true,
    isReady: () => true,
    caughtUp: new Set(),
    stuck: new Set(),
    rowsEach: 0,
    ...change,
  }
}
const next = (given: MoveFacts) => nextMove(given, LIMITS)
/** For example `finish 2, begin 3`. */
const stepOf = (move: NextMove) => {
  if (move.kind !== 'propose') return move.kind
  const { step, finish, begin } = move
  const parts = [
    ...(finish.length > 0 ? [`finish ${finish.length}`] : []),
    ...(begin.length > 0 ? [`begin ${begin.length}`] : []),
  ]
  return parts.length > 0 ? parts.join(', ') : step
}
const reasonOf = (move: NextMove) => (move.kind === 'wait' ? move.reason : move.kind)

test('nothing moves to a shard before what it held at an earlier time is gone', () => {
  const ring = withOneMore(founded(3))
  const newcomer = ring.shards.findIndex(({ id }) => id === 'new')
  const move = next(facts(ring, { isReady: (shard) => shard !== newcomer }))
  assert.equal(stepOf(move), 'wait')
  assert.match(reasonOf(move), /Not ready to take partitions yet: new/)
})

test('a store without keys changes in three documents', () => {
  let ring = withOneMore(founded(3))
  const wanted = partitionsToMove(ring)
  const steps: string[] = []
  for (let move = next(facts(ring)); move.kind !== 'settled'; ) {
    steps.push(stepOf(move))
    if (move.kind === 'propose') ring = move.after
    const caughtUp = new Set(move.kind === 'catch-up' ? move.partitions : [])
    move = next(facts(ring, { caughtUp }))
  }
  const all = wanted.length
  assert.deepEqual(steps, [`begin ${all}`, 'catch-up', `finish ${all}`, 'complete'])
  assert.equal(ring.change, undefined)
})

test('nothing begins while somebody who is new is not up', () => {
  const ring = withOneMore(founded(3))
  const newcomer = ring.shards.findIndex(({ id }) => id === 'new')
  const move = next(facts(ring, { isUp: (shard) => shard !== newcomer }))
  assert.equal(reasonOf(move), 'Not reachable: new.')
})

test('a change that waits for a shard that is gone goes on with the one that replaces it', () => {
  const ring = changed(removeShard(founded(4), 'a0', 1))
  const gone = ring.shards.findIndex(({ id }) => id === 's1')
  const isUp = (shard: number) => shard !== gone
  const waiting = withoutWhatCanMove(ring, isUp)
  assert.equal(reasonOf(next(facts(waiting, { isUp }))), 'Not reachable: a1.')
  const replaced = changed(replaceShard(waiting, 'a1', { id: 'new', address: 'new' }))
  const after = withoutWhatCanMove(replaced, isUp)
  assert.deepEqual(after.shards.map(({ id }) => id).sort(), ['new', 's2', 's3'])
  assert.equal(after.change, undefined)
})

test('nothing begins or ends before majorities of old and new hold the step before', () => {
  const ring = withOneMore(founded(3))
  const [first] = partitionsToMove(ring)
  const { replicas, goal } = must(ring.table[must(first)])
  const alone = (ring: RingDocument): RingDocument => ({
    ...ring,
    table: ring.table.map((entry, p) => {
      const { goal: _, ...rest } = entry
      return p === first ? entry : rest
    }),
  })
  for (const group of [replicas, must(goal)]) {
    const minority = new Set(group.slice(0, majorityOf(group.length) - 1))
    const others = new Set([...replicas, ...must(goal)].filter((shard) => !group.includes(shard)))
    const holdsRing = (shard: number) => minority.has(shard) || others.has(shard)
    const single = alone(ring)
    assert.equal(stepOf(next(facts(single, { holdsRing }))), 'wait')
    const joint = begun(single, [must(first)])
    const caughtUp = new Set([must(first)])
    assert.equal(stepOf(next(facts(joint, { holdsRing, caughtUp }))), 'wait')
    assert.equal(stepOf(next(facts(joint, { caughtUp }))), 'finish 1')
  }
})

test('small partitions go together, large ones two at a time to each shard', () => {
  const ring = withOneMore(founded(3, 64))
  const all = partitionsToMove(ring)
  const begins = (rowsEach: number) => {
    const move = next(facts(ring, { rowsEach }))
    return move.kind === 'propose' ? move.begin : []
  }
  const newcomers = new Set(all.flatMap((one) => newcomersOf(must(ring.table[one]))))
  assert.equal(newcomers.size, 1)
  assert.equal(begins(1_000).length, 2)
  assert.equal(begins(10).length, 10, 'a hundred rows')
  assert.deepEqual(begins(0), all, 'empty ones go whatever else moves')
})

test('where a partition comes to two shards at once, it waits for both', () => {
  const single = foundRing(shardsOf(7), { kind: 'factor', factor: 1 }, 64)
  const ring = changed(withReplicationFactor(single, 3))
  const move = next(facts(ring, { rowsEach: 1_000 }))
  assert.ok(move.kind === 'propose' && move.begin.length > 0)
  const coming = move.begin.flatMap((one) => newcomersOf(must(ring.table[one])))
  for (const shard of new Set(coming)) {
    assert.ok(coming.filter((one) => one === shard).length <= LIMITS.movesPerShardMax)
  }
})

test('one document lets the next ones begin where others have moved', () => {
  const before = withOneMore(founded(3, 64))
  const [one, two, three, four] = partitionsToMove(before).map((p) => must(p))
  const ring = begun(before, [must(one), must(two)])
  const caughtUp = new Set([must(one), must(two)])
  const move = next(facts(ring, { caughtUp, rowsEach: 1_000 }))
  assert.ok(move.kind === 'propose')
  assert.deepEqual(
    [move.finish, move.begin],
    [
      [one, two],
      [three, four],
    ],
  )
  assert.deepEqual(jointPartitions(move.after), [three, four])
  assert.equal(move.after.version, ring.version + 1)
})

test('partitions that move already count, also those that cannot be caught up', () => {
  const before = withOneMore(founded(3, 64))
  const [one, two] = partitionsToMove(before)
  const ring = begun(before, [must(one), must(two)])
  const stuck = new Set([must(one), must(two)])
  const rowsEach = 1_000
  assert.equal(stepOf(next(facts(ring, { stuck, rowsEach }))), 'wait')
  const through = { stuck: new Set([must(two)]), caughtUp: new Set([must(one)]), rowsEach }
  assert.deepEqual(stepOf(next(facts(ring, through))), 'finish 1, begin 1')
})

test('what is done is done: a ring in which nothing is to move is settled', () => {
  assert.deepEqual(next(facts(founded(3))), { kind: 'settled' })
})

/** The ring when every step that is possible has been taken. */
function withoutWhatCanMove(ring: RingDocument, isUp: MoveFacts['isUp']): RingDocument {
  const caughtUp = new Set(jointPartitions(ring))
  const move = next(facts(ring, { isUp, isReady: isUp, caughtUp }))
  return move.kind === 'propose' ? withoutWhatCanMove(move.after, isUp) : ring
}

/** A change that is asked for, at a ring of some shards. */
const someChange = fc.constantFrom<((ring: RingDocument) => RingDecision)[]>(
  (ring) => addShard(ring, { id: 'new', address: 'new' }),
  (ring) => removeShard(ring, must(ring.shards[0]).address, 1),
  (ring) => withReplicationFactor(ring, 2),
  (ring) => withReplicationFactor(ring, 5),
)

test('with shards that come and go by chance, and a change of mind, every change ends', () => {
  const draws = fc.array(fc.nat(255), { minLength: 40, maxLength: 40 })
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 6 }),
      someChange,
      draws,
      fc.nat(30),
      (n, ask, all, at) => {
        const asked = ask(founded(n, 16))
        if (asked.kind !== 'changed') return
        let ring = asked.ring
        const held = new Map(ring.shards.map(({ id }) => [id, 0]))
        let caughtUp = new Set<number>()
        for (let turn = 0; turn < 500; turn += 1) {
          const isWild = turn < all.length
          const bits = isWild ? must(all[turn]) : 255
          if (turn === at && ring.change) {
            const back = cancelled(ring)
            if (back.kind === 'changed') ring = back.ring
          }
          const isUp = (shard: number) => ((bits >> (shard % 8)) & 1) === 1
          for (const [shard, { id }] of ring.shards.entries()) {
            if (isUp(shard)) held.set(id, ring.version)
          }
          const holdsRing = (shard: number) =>
            (held.get(must(ring.shards[shard]).id) ?? 0) >= ring.version
          const stuck = new Set(jointPartitions(ring).filter((p) => isWild && (bits + p) % 3 === 1))
          const rowsEach = (turn % 2) * 60
          const move = nextMove(
            { ring, isUp, isReady: isUp, holdsRing, stuck, caughtUp, rowsEach },
            LIMITS,
          )
          if (move.kind === 'settled') break
          if (move.kind === 'catch-up') caughtUp = new Set([...caughtUp, ...move.partitions])
          if (move.kind !== 'propose') continue
          checkStep(ring, move, holdsRing, caughtUp)
          caughtUp = new Set([...caughtUp].filter((one) => !move.finish.includes(one)))
          ring = move.after
        }
        assert.deepEqual(partitionsToMove(ring), [])
        assert.equal(ring.change, undefined)
        assert.ok(ring.shards.every(({ leaving }) => !leaving))
      },
    ),
    { numRuns: 200 },
  )
})

function checkStep(
  ring: RingDocument,
  move: Extract<NextMove, { kind: 'propose' }>,
  holdsRing: (shard: number) => boolean,
  caughtUp: ReadonlySet<number>,
): void {
  assert.equal(move.after.version, ring.version + 1)
  for (const partition of [...move.begin, ...move.finish]) {
    const { replicas, goal = [], isJoint = false } = must(ring.table[partition])
    assert.equal(isJoint, move.finish.includes(partition))
    if (isJoint) assert.ok(caughtUp.has(partition))
    for (const group of [replicas, goal]) {
      assert.ok(group.filter(holdsRing).length >= majorityOf(group.length))
    }
  }
}
