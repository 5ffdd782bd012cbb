import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Placement } from './document.ts'
import { place as placeOn } from './placement.ts'

const PARTITIONS = 512
const MAX_OVER_MEAN = 1.05

const shards = (count: number, first = 0) =>
  Array.from({ length: count }, (_, i) => `shard-${(first + i) * 7919}`)

/** On shards without labels. */
const place = (previous: Placement | null, ids: readonly string[], n: number, partitions: number) =>
  placeOn(
    previous,
    ids.map((id) => ({ id })),
    n,
    partitions,
  )

function loads(placement: Placement, ids: readonly string[], onlyPrimary = false): number[] {
  const counts = new Map(ids.map((id) => [id, 0]))
  for (const holders of placement) {
    for (const id of onlyPrimary ? holders.slice(0, 1) : holders) {
      counts.set(id, (counts.get(id) ?? 0) + 1)
    }
  }
  return [...counts.values()]
}

function spread(counts: readonly number[]): number {
  return Math.max(...counts) / (counts.reduce((sum, n) => sum + n, 0) / counts.length)
}

/** How many replicas stand on a shard that did not hold that partition before. */
function moved(before: Placement, after: Placement): number {
  return after.flatMap((holders, p) => holders.filter((id) => !before[p]?.includes(id))).length
}

const sizes = fc.record({
  count: fc.integer({ min: 1, max: 12 }),
  replicas: fc.integer({ min: 1, max: 5 }),
})

test('every partition lies on N distinct shards, or on all when there are fewer', () => {
  const property = fc.property(sizes, ({ count, replicas }) => {
    const ids = shards(count)
    for (const holders of place(null, ids, replicas, PARTITIONS)) {
      assert.equal(holders.length, Math.min(replicas, count))
      assert.equal(new Set(holders).size, holders.length)
      assert.ok(holders.every((id) => ids.includes(id)))
    }
  })
  fc.assert(property, { numRuns: 30 })
})

test('no shard holds more than 5 % above the mean, nor is primary of more', () => {
  const property = fc.property(sizes, ({ count, replicas }) => {
    const ids = shards(count)
    const placement = place(null, ids, replicas, PARTITIONS)
    assert.ok(spread(loads(placement, ids)) <= MAX_OVER_MEAN)
    assert.ok(spread(loads(placement, ids, true)) <= MAX_OVER_MEAN)
  })
  fc.assert(property, { numRuns: 30 })
})

test('a shard that joins takes its share and nothing else moves', () => {
  const property = fc.property(sizes, ({ count, replicas }) => {
    const before = place(null, shards(count), replicas, PARTITIONS)
    const after = place(before, shards(count + 1), replicas, PARTITIONS)
    const slots = after.reduce((sum, holders) => sum + holders.length, 0)
    assert.ok(moved(before, after) <= Math.ceil(slots / (count + 1)))
    assert.ok(spread(loads(after, shards(count + 1))) <= MAX_OVER_MEAN)
  })
  fc.assert(property, { numRuns: 30 })
})

test('a shard that leaves moves only what it held, within 5 %', () => {
  const property = fc.property(sizes, fc.nat(), ({ count, replicas }, choice) => {
    const ids = shards(count + 1)
    const gone = ids[choice % ids.length]
    const before = place(null, ids, replicas, PARTITIONS)
    const rest = ids.filter((id) => id !== gone)
    const after = place(before, rest, replicas, PARTITIONS)
    const held = before.filter((holders) => holders.includes(String(gone))).length
    assert.ok(moved(before, after) <= held * 1.05 + 1, `${moved(before, after)} of ${held}`)
    assert.ok(spread(loads(after, rest)) <= MAX_OVER_MEAN)
  })
  fc.assert(property, { numRuns: 30 })
})

test('shards that join and leave in any order leave the placement even', () => {
  const steps = fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 12 })
  const property = fc.property(steps, (toggles) => {
    const all = shards(10)
    let members = all.slice(0, 3)
    let placement = place(null, members, 3, 128)
    for (const toggle of toggles) {
      const id = String(all[toggle])
      const without = members.filter((one) => one !== id)
      members = without.length === members.length ? [...members, id] : without
      placement = place(placement, members, 3, 128)
      if (members.length === 0) continue
      const counts = loads(placement, members)
      assert.ok(Math.max(...counts) - Math.min(...counts) <= 1)
      const primaries = loads(placement, members, true)
      assert.ok(Math.max(...primaries) - Math.min(...primaries) <= 2, primaries.join(' '))
    }
  })
  fc.assert(property, { numRuns: 20 })
})

test('the placement depends on who the shards are, not on the order they are named in', () => {
  const ids = shards(6)
  const one = place(null, ids, 3, PARTITIONS)
  assert.deepEqual(place(null, [...ids].reverse(), 3, PARTITIONS), one)
  assert.deepEqual(place(one, ids, 3, PARTITIONS), one)
})

test('fewer replicas give up only what is too much, more replicas keep all there is', () => {
  const ids = shards(5)
  const three = place(null, ids, 3, PARTITIONS)
  assert.equal(moved(place(three, ids, 4, PARTITIONS), three), 0)
  assert.ok(moved(three, place(three, ids, 2, PARTITIONS)) <= 2)
})
