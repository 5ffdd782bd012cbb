import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { begun, finished } from '../../../test/support/ring-steps.ts'
import { compareKeys } from '../../model/key-bytes.ts'
import { addShard, foundRing } from '../ring/membership.ts'
import { partitionsToMove } from '../ring/moves.ts'
import type { WireRow } from '../wire.ts'
import { envelopeOf } from './conditional/register.ts'
import { compareRows, isReadable } from './replica-result.ts'
import { mergeScan, scanCoverage, spokenFor } from './scan-merge.ts'
import { rangeOf } from './scanner.ts'

const NOW_MS = 1_000
const row = (k: string, t: number, v: string | null = `"${k}${t}"`, e: number | null = null) => ({
  k,
  v,
  o: t,
  t,
  n: 'w',
  e,
})
const whole = (...rows: WireRow[]) => ({ rows, more: false })
const cut = (...rows: WireRow[]) => ({ rows, more: true })
const keysOf = (page: { entries: readonly { key: string }[] }) => page.entries.map(({ key }) => key)

test('the newest version of each key counts, deleted and expired ones are left out', () => {
  const page = mergeScan(
    [
      whole(row('a', 1), row('b', 2), row('d', 1, '"x"', NOW_MS)),
      whole(row('a', 3), row('b', 5, null), row('c', 1, '"y"', NOW_MS + 1)),
    ],
    10,
    false,
    NOW_MS,
  )
  assert.deepEqual(page.entries, [
    { key: 'a', text: '"a3"' },
    { key: 'c', text: '"y"' },
  ])
  assert.equal(page.next, null)
})

test('beyond the last key of a cut answer nothing is told', () => {
  const page = mergeScan(
    [cut(row('a', 1), row('c', 1)), whole(row('b', 1), row('d', 1))],
    10,
    false,
    0,
  )
  assert.deepEqual(keysOf(page), ['a', 'b', 'c'])
  assert.equal(page.next, 'c\0')
})

test('backwards the same, and the next page ends before the last key told', () => {
  const page = mergeScan(
    [cut(row('d', 1), row('b', 1)), whole(row('c', 1), row('a', 1))],
    10,
    true,
    0,
  )
  assert.deepEqual(keysOf(page), ['d', 'c', 'b'])
  assert.equal(page.next, 'b')
})

test('a page of nothing but deleted keys still says where to go on', () => {
  const page = mergeScan([cut(row('a', 1, null), row('b', 1, null))], 10, false, 0)
  assert.deepEqual(page, { entries: [], next: 'b\0' })
})

test('a page holds at most its limit, and system keys never', () => {
  const page = mergeScan(
    [whole(row('_system:x', 1), row('a', 1), row('b', 1), row('c', 1))],
    2,
    false,
    0,
  )
  assert.deepEqual(keysOf(page), ['a', 'b'])
  assert.equal(page.next, 'b\0')
})

test('a shard speaks for the partitions that are the same in its ring and in ours', () => {
  const shards = [1, 2, 3].map((n) => ({ id: `id-${n}`, address: `a${n}` }))
  const old = foundRing(shards, { kind: 'factor', factor: 2 }, 16)
  const added = addShard(old, { id: 'id-4', address: 'a4' })
  assert.ok(added.kind === 'changed')
  const [moving = -1] = partitionsToMove(added.ring)
  const ring = begun(added.ring, [moving])
  const rings = [old, added.ring, ring]
  const speaksFor = spokenFor(ring, old.version, (version) =>
    rings.find((one) => one.version === version),
  )
  assert.ok(speaksFor)
  for (let p = 0; p < 16; p += 1) assert.equal(speaksFor(p), p !== moving)
  assert.equal(
    spokenFor(ring, 99, () => undefined),
    undefined,
  )
  const answered = new Map([0, 1, 2, 3].map((shard) => [shard, speaksFor] as const))
  assert.equal(scanCoverage(ring, answered).had, 0, 'nobody speaks for the one that moves')
  const moved = finished(ring, [moving])
  assert.equal(scanCoverage(moved, new Map([0, 1, 2, 3].map((n) => [n, () => true]))).had, 2)
})

test('rows of partitions that an answer does not speak for do not count', () => {
  const counts = (key: string) => key !== 'a'
  const page = mergeScan(
    [{ ...whole(row('a', 9), row('b', 9)), counts }, whole(row('a', 1))],
    9,
    false,
    0,
  )
  assert.deepEqual(page.entries, [
    { key: 'a', text: '"a1"' },
    { key: 'b', text: '"b9"' },
  ])
})

test('conditional keys show their document, and nothing when it was deleted', () => {
  const envelope = (text: string | null) =>
    envelopeOf({ revision: 1, etag: 'e', text, requests: [['r', 'e']] })
  const rows = [row('cas:a', 1, envelope('{"x":1.0}')), row('cas:b', 1, envelope(null))]
  assert.deepEqual(mergeScan([whole(...rows)], 9, false, 0).entries, [
    { key: 'cas:a', text: '{"x":1.0}' },
  ])
})

test('pages put together are the whole, however the answers are cut', () => {
  const rows = fc.array(
    fc.record({
      key: fc.string({ unit: 'binary', minLength: 1, maxLength: 2 }),
      t: fc.nat(5),
      live: fc.boolean(),
    }),
    { maxLength: 20 },
  )
  const property = fc.property(
    fc.array(rows, { minLength: 1, maxLength: 3 }),
    fc.integer({ min: 1, max: 5 }),
    fc.boolean(),
    (shards, limit, reverse) => {
      const held = shards.map((list) =>
        sortedRows(list.map(({ key, t, live }) => row(key, t, live ? '1' : null))),
      )
      const expected = mergedKeys(held.flat())
      assert.deepEqual(allPages(held, limit, reverse), reverse ? expected.reverse() : expected)
    },
  )
  fc.assert(property)
})

test('the partition that is worst off decides whether a scan is covered', () => {
  const shards = [1, 2, 3, 4].map((n) => ({ id: `id-${n}`, address: `a${n}` }))
  const ring = foundRing(shards, { kind: 'factor', factor: 3 }, 64)
  const by = (...shards: number[]) => new Map(shards.map((shard) => [shard, () => true] as const))
  assert.deepEqual(scanCoverage(ring, by(0, 1, 2)), { needed: 2, had: 2 })
  assert.deepEqual(scanCoverage(ring, by(0, 1)), { needed: 2, had: 1 })
  assert.deepEqual(scanCoverage(ring, by()), { needed: 2, had: 0 })
})

test('a range is what prefix and bounds leave', () => {
  assert.deepEqual(rangeOf({ limit: 1 }), { from: '', to: null })
  assert.deepEqual(rangeOf({ limit: 1, prefix: 'p1:' }), { from: 'p1:', to: 'p1;' })
  assert.deepEqual(rangeOf({ limit: 1, prefix: 'p1:', from: 'p1:5', to: 'z' }), {
    from: 'p1:5',
    to: 'p1;',
  })
  assert.deepEqual(rangeOf({ limit: 1, prefix: 'p1:', from: 'a', to: 'p1:7' }), {
    from: 'p1:',
    to: 'p1:7',
  })
})

/** Follows `next` to the end, with shards that cut each answer at the limit. */
function allPages(held: readonly WireRow[][], limit: number, reverse: boolean): string[] {
  const keys: string[] = []
  let from = ''
  let to: string | null = null
  for (let round = 0; round < 200; round += 1) {
    const answers = held.map((rows) => {
      const range = rows.filter(
        (one) => compareKeys(one.k, from) >= 0 && (to === null || compareKeys(one.k, to) < 0),
      )
      if (reverse) range.reverse()
      return { rows: range.slice(0, limit), more: range.length > limit }
    })
    const page = mergeScan(answers, limit, reverse, NOW_MS)
    keys.push(...keysOf(page))
    if (page.next === null) return keys
    if (reverse) to = page.next
    else from = page.next
  }
  throw new Error('the pages never end')
}

function sortedRows(rows: readonly WireRow[]): WireRow[] {
  return newestOf(rows).sort((a, b) => compareKeys(a.k, b.k))
}

function newestOf(rows: readonly WireRow[]): WireRow[] {
  const newest = new Map<string, WireRow>()
  for (const one of rows)
    if (compareRows(one, newest.get(one.k) ?? null) > 0) newest.set(one.k, one)
  return [...newest.values()]
}

/**
 * A deletion and a value of one version cannot both exist; where the draw made both, either may
 * win.
 */
function mergedKeys(rows: readonly WireRow[]): string[] {
  return newestOf(rows)
    .filter((one) => isReadable(one, NOW_MS))
    .map(({ k }) => k)
    .sort(compareKeys)
}
