import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decidersOf } from './deciders.ts'
import { majorityOf } from './quorum.ts'

/** Shards in the order in which they came, by the names of their zones; a null has no label. */
function shardsIn(...zones: readonly (string | null)[]) {
  return zones.map((zone, at) => {
    const shard = { id: `id-${at}`, address: `a${at}` }
    return zone === null ? shard : { ...shard, zone }
  })
}

type Shards = ReturnType<typeof shardsIn>

const idsOf = (shards: Shards) => decidersOf({ shards }).map(({ id }) => id)
const zoneOf = (shards: Shards, id: string) => {
  const shard = shards.find((one) => one.id === id)
  return shard && 'zone' in shard ? shard.zone : id
}
const zonesIn = (shards: Shards) => [...new Set(shards.map(({ id }) => zoneOf(shards, id)))]

/** Whichever zone is lost, most of these are in the others. */
function outliveAnyZone(shards: Shards, ids: readonly string[]): boolean {
  return zonesIn(shards).every((lost) => {
    const left = ids.filter((id) => zoneOf(shards, id) !== lost)
    return left.length >= majorityOf(ids.length)
  })
}

test('few decide about the next ring, an odd number wherever there are enough', () => {
  const counts = [0, 1, 2, 3, 4, 5, 9].map((count) => {
    const shards = shardsIn(...Array.from({ length: count }, () => null))
    return decidersOf({ shards }).length
  })
  assert.deepEqual(counts, [0, 1, 2, 3, 3, 5, 5])
})

test('without labels those decide that have been there longest', () => {
  const shards = shardsIn(null, null, null, null)
  assert.deepEqual(idsOf(shards), ['id-0', 'id-1', 'id-2'])
})

test('of each zone those decide that have been there longest', () => {
  const cases: readonly (readonly [readonly (string | null)[], readonly number[]])[] = [
    [
      ['a', 'a', 'b', 'c'],
      [0, 2, 3],
    ],
    [
      ['a', 'a', 'a', 'b', null],
      [0, 3, 4],
    ],
    [
      ['a', 'a', 'a', 'b', 'b', 'b', 'c', 'c', 'c'],
      [0, 1, 3, 4, 6],
    ],
    [
      ['a', 'a', 'a', 'a', 'b', 'c'],
      [0, 4, 5],
    ],
    [
      ['a', 'a', 'b'],
      [0, 1, 2],
    ],
    [
      ['a', 'a', 'a', 'a', 'a'],
      [0, 1, 2, 3, 4],
    ],
  ]
  for (const [zones, expected] of cases) {
    const ids = expected.map((at) => `id-${at}`)
    assert.deepEqual(idsOf(shardsIn(...zones)), ids, zones.join())
  }
})

test('the loss of a zone leaves enough to decide wherever there are three zones', () => {
  const zones = fc.array(fc.constantFrom('a', 'b', 'c', 'd', null), { minLength: 3, maxLength: 12 })
  fc.assert(
    fc.property(zones, (labels) => {
      const shards = shardsIn(...labels)
      fc.pre(zonesIn(shards).length >= 3)
      assert.ok(outliveAnyZone(shards, idsOf(shards)))
    }),
  )
})
