import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RingDocument } from '../ring/document.ts'
import { foundRing } from '../ring/membership.ts'
import { type Evidence, judge, type Sighting } from './ring-evidence.ts'

const shard = (n: number | string) => ({ id: `id-${n}`, address: `a${n}` })
const RING = foundRing([shard(1), shard(2), shard(3)], { kind: 'factor', factor: 3 }, 16)
const NEWER = { ...RING, version: 2 }
const FOREIGN = { ...RING, cluster: 'elsewhere' }

const seen = (address: string, shardId: string, ring: RingDocument | null): Sighting => ({
  address,
  hello: { kind: 'hello', shardId, ring, keys: 0, writable: true, hints: {}, leftovers: 0 },
})
const home = (n: number, ring: RingDocument | null = RING) => seen(`a${n}`, `id-${n}`, ring)
const silent = (n: number): Sighting => ({ address: `a${n}`, hello: null })

function judged(sightings: readonly Sighting[], more: Partial<Evidence> = {}) {
  return judge({
    known: null,
    bootstrap: ['a1', 'a2', 'a3'],
    isGraceOver: false,
    ...more,
    sightings,
  })
}
const ids = (shards: readonly { id: string }[]) => shards.map(({ id }) => id)

test('the newest ring that is seen is gone by, and those behind it are named', () => {
  const { ring, lagging, isConfirmed } = judged([home(1), home(2, NEWER), home(3, null)])
  assert.equal(ring?.version, 2)
  assert.deepEqual(ids(lagging), ['id-1', 'id-3'])
  assert.equal(isConfirmed, true)
})

test('one shard of three speaks for the ring, but does not confirm it', () => {
  const { ring, isConfirmed } = judged([home(1), silent(2), silent(3)])
  assert.equal(ring?.version, 1)
  assert.equal(isConfirmed, false)
})

test('where nobody holds a ring all named shards found one, later a majority', () => {
  const blank = [home(1, null), home(2, null)]
  assert.deepEqual(ids(judged([...blank, home(3, null)]).founders), ['id-1', 'id-2', 'id-3'])
  assert.deepEqual(judged([...blank, silent(3)]).founders, [])
  assert.deepEqual(ids(judged([...blank, silent(3)], { isGraceOver: true }).founders), [
    'id-1',
    'id-2',
  ])
  const minority = [home(1, null), silent(2), silent(3)]
  assert.deepEqual(judged(minority, { isGraceOver: true }).founders, [])
})

test('nobody founds without a list, or while one of them holds a ring', () => {
  assert.deepEqual(judged([home(1, null)], { bootstrap: [], isGraceOver: true }).founders, [])
  const oneRemembers = [home(1), home(2, null), home(3, null)]
  assert.deepEqual(judged(oneRemembers, { isGraceOver: true }).founders, [])
})

test('an emptied shard is a problem, neither a member nor a newcomer', () => {
  const result = judged([home(1), home(2), seen('a3', 'fresh', null)])
  assert.match(result.problems.get('a3') ?? '', /lost its data folder/)
  assert.deepEqual([result.newcomers, result.lagging, result.founders], [[], [], []])
})

test('all shards emptied together may found anew, two of three may not', () => {
  const fresh = [1, 2, 3].map((n) => seen(`a${n}`, `fresh-${n}`, null))
  assert.deepEqual(ids(judged(fresh, { known: RING }).founders), ['fresh-1', 'fresh-2', 'fresh-3'])
  const some = [...fresh.slice(0, 2), silent(3)]
  assert.deepEqual(judged(some, { known: RING, isGraceOver: true }).founders, [])
  assert.equal(judged(some, { known: RING }).problems.size, 2)
})

test('a shard of another cluster is a problem and its ring does not count', () => {
  const sightings = [home(1), home(2), home(3, { ...FOREIGN, version: 9 })]
  const { ring, problems } = judged(sightings)
  assert.equal(ring?.cluster, RING.cluster)
  assert.match(problems.get('a3') ?? '', /another cluster/)
})

test('a known ring is not left for a foreign one while its shards are away', () => {
  const sightings = [silent(1), silent(2), home(3, FOREIGN)]
  assert.equal(judged(sightings, { known: RING }).ring?.cluster, RING.cluster)
})

test('a shard that answers elsewhere has moved, unless it also answers at home', () => {
  assert.deepEqual(judged([home(1), home(2), silent(3), seen('b', 'id-3', RING)]).moved, [
    { id: 'id-3', address: 'b' },
  ])
  assert.deepEqual(judged([home(1), home(2), home(3), seen('b', 'id-3', RING)]).moved, [])
})

test('only shards that were named at start are taken in unasked', () => {
  const all = [home(1), home(2), home(3), seen('a4', 'id-4', null)]
  assert.deepEqual(judged(all).newcomers, [])
  assert.deepEqual(judged(all, { bootstrap: ['a4'] }).newcomers, [{ id: 'id-4', address: 'a4' }])
})

test('a shard that was let go is not taken in again, though it was named at start', () => {
  const all = [home(1), home(2), home(3), seen('a4', 'id-4', RING)]
  assert.deepEqual(judged(all, { bootstrap: ['a4'] }).newcomers, [])
})
