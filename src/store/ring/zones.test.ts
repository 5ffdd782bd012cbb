import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { must } from '../../model/must.ts'
import type { Placement } from './document.ts'
import { place } from './placement.ts'
import { type PlacedShard, zonesOf } from './zones.ts'

const PARTITIONS = 128

/** Shards by the name of their zone; a null has no label. */
function shardsIn(...zones: readonly (string | null)[]): readonly PlacedShard[] {
  return zones.map((zone, at) => ({ id: `shard-${at * 7919}`, ...(zone === null ? {} : { zone }) }))
}

const labelOf = (shards: readonly PlacedShard[], id: string) =>
  must(shards.find((shard) => shard.id === id)).zone ?? id
/** The most replicas that any partition has in one zone. */
const crowd = (placement: Placement, shards: readonly PlacedShard[]) =>
  Math.max(
    ...placement.map((holders) => {
      const labels = holders.map((id) => labelOf(shards, id))
      return Math.max(...labels.map((label) => labels.filter((one) => one === label).length))
    }),
  )
const loadOf = (placement: Placement, { id }: PlacedShard) =>
  placement.filter((holders) => holders.includes(id)).length
const loadsOf = (placement: Placement, shards: readonly PlacedShard[]) =>
  shards.map((shard) => loadOf(placement, shard))
const gapOf = (loads: readonly number[]) => Math.max(...loads) - Math.min(...loads)
const moved = (before: Placement, after: Placement) =>
  after.flatMap((holders, p) => holders.filter((id) => !before[p]?.includes(id))).length

const labels = fc.array(fc.constantFrom('a', 'b', 'c', 'd', null), { minLength: 1, maxLength: 10 })

test('replicas stand in different zones, or in as few of one as can be', () => {
  const property = fc.property(labels, fc.integer({ min: 1, max: 5 }), (zones, replicas) => {
    const shards = shardsIn(...zones)
    const wanted = Math.min(replicas, shards.length)
    const placement = place(null, shards, replicas, PARTITIONS)
    assert.ok(placement.every((holders) => new Set(holders).size === wanted))
    const { replicasMax } = zonesOf(shards, wanted)
    assert.ok(crowd(placement, shards) <= replicasMax)
    const different = new Set(shards.map(({ id }) => labelOf(shards, id))).size
    if (different >= wanted) assert.equal(replicasMax, 1)
  })
  fc.assert(property, { numRuns: 60 })
})

test('two zones hold two of three replicas at the most, small ones leave more to others', () => {
  assert.equal(zonesOf(shardsIn('a', 'a', 'b', 'b'), 3).replicasMax, 2)
  assert.equal(zonesOf(shardsIn('a', 'b', 'b', 'b', 'b'), 4).replicasMax, 3)
  assert.equal(zonesOf(shardsIn('a', 'a', 'a'), 3).replicasMax, 3)
  assert.equal(zonesOf(shardsIn(null, null, null), 3).replicasMax, 1)
})

test('shards of one zone hold equally many, and all do where the zones are equal', () => {
  const property = fc.property(labels, fc.integer({ min: 1, max: 5 }), (zones, replicas) => {
    const shards = shardsIn(...zones)
    const placement = place(null, shards, replicas, PARTITIONS)
    for (const zone of ['a', 'b', 'c', 'd']) {
      const together = shards.filter((shard) => shard.zone === zone)
      if (together.length > 1) assert.ok(gapOf(loadsOf(placement, together)) <= 1)
    }
  })
  fc.assert(property, { numRuns: 60 })
  for (const zones of [
    ...[
      ['a', 'b', 'c'],
      ['a', 'a', 'b', 'b', 'c', 'c'],
      ['a', 'a', 'a', 'b', 'b', 'b'],
    ],
    ['a', 'a', 'b', 'b', 'c', 'c', 'd', 'd'],
  ]) {
    const shards = shardsIn(...zones)
    assert.ok(gapOf(loadsOf(place(null, shards, 3, PARTITIONS), shards)) <= 1, zones.join())
  }
})

test('shards that come and go in any order leave replicas in different zones', () => {
  const toggles = fc.array(fc.nat({ max: 8 }), { minLength: 1, maxLength: 12 })
  const property = fc.property(toggles, (steps) => {
    const all = shardsIn('a', 'a', 'a', 'b', 'b', 'b', 'c', 'c', 'c')
    let members = all.filter((_, at) => at % 3 === 0)
    let placement = place(null, members, 3, PARTITIONS)
    for (const step of steps) {
      const one = must(all[step])
      const others = members.filter((member) => member !== one)
      members = others.length === members.length ? [...members, one] : others
      placement = place(placement, members, 3, PARTITIONS)
      if (members.length === 0) continue
      const wanted = Math.min(3, members.length)
      assert.ok(crowd(placement, members) <= zonesOf(members, wanted).replicasMax)
    }
  })
  fc.assert(property, { numRuns: 30 })
})

test('a second shard in each zone takes half of what the first held, and no more moves', () => {
  let shards = shardsIn('a', 'b', 'c')
  let placement = place(null, shards, 3, PARTITIONS)
  for (const zone of ['a', 'b', 'c']) {
    shards = [...shards, { id: `second-${zone}`, zone }]
    const next = place(placement, shards, 3, PARTITIONS)
    assert.equal(moved(placement, next), PARTITIONS / 2)
    placement = next
  }
  assert.deepEqual(loadsOf(placement, shards), [64, 64, 64, 64, 64, 64])
})

test('labels that come later part the replicas that stood together', () => {
  const before = place(null, shardsIn(null, null, null, null), 2, PARTITIONS)
  const shards = shardsIn('a', 'a', 'b', 'b')
  const after = place(before, shards, 2, PARTITIONS)
  assert.equal(crowd(after, shards), 1)
  const together = before.filter(
    (holders) => new Set(holders.map((id) => labelOf(shards, id))).size < 2,
  )
  assert.ok(moved(before, after) <= together.length * 1.1 + 1)
})
