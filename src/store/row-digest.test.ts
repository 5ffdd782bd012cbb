import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DIGEST_BUCKETS, type RowHeader } from '../ports/key-value-engine.ts'
import { timeOf } from './hybrid-clock.ts'
import { partitionOf } from './ring/hash.ts'
import { bucketOf, digestOf, headerHashOf, isDead, textHashOf } from './row-digest.ts'

const header = (change: Partial<RowHeader> = {}): RowHeader => ({
  key: 'energy:p1:latest',
  version: { order: 1_767_600_000_000.25, time: 777_777_777_777_777, writer: 'w1' },
  hash: 0x1234_5678,
  ...change,
})

/** Drawn from few, so that rows are often alike in all but one thing. */
const headers = fc.array(
  fc.record({
    key: fc.constantFrom('', 'a', 'b', 'ab', 'è', '😀'),
    version: fc.record({
      order: fc.constantFrom(0, 0.5, 1, 1_767_600_000_000, 1_767_600_000_000.25),
      time: fc.constantFrom(0, 1, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER),
      writer: fc.constantFrom('', 'a', 'b'),
    }),
    hash: fc.constantFrom(null, 0, 1, 0xffff_ffff),
  }),
  { maxLength: 6 },
)

const inOneOrder = (rows: readonly RowHeader[]) => rows.map((row) => JSON.stringify(row)).sort()

test('digests are equal when rows are, in whatever order they come, and only then', () => {
  const same = fc.property(headers, fc.nat(), (rows, seed) => {
    const mixed = [...rows].sort((a, b) => rank(a, seed) - rank(b, seed))
    assert.deepEqual(digestOf(mixed), digestOf(rows))
  })
  const either = fc.property(headers, headers, (some, others) => {
    const areSame = inOneOrder(some).join() === inOneOrder(others).join()
    assert.equal(isSameDigest(some, others), areSame)
  })
  fc.assert(same)
  fc.assert(either, { numRuns: 2_000 })
})

test('each thing in a header counts, down to the last bit', () => {
  const { version } = header()
  const others = [
    header({ key: 'energy:p1:latesu' }),
    header({ version: { ...version, order: version.order + 2 ** -12 } }),
    header({ version: { ...version, time: version.time + 1 } }),
    header({ version: { ...version, time: version.time + 2 ** 32 } }),
    header({ version: { ...version, writer: 'w2' } }),
    header({ hash: 0x1234_5679 }),
    header({ hash: null }),
    header({ hash: 0 }),
  ]
  for (const [index, other] of others.entries()) {
    for (const one of [header(), ...others.slice(0, index)]) {
      const [a, b] = [headerHashOf(one), headerHashOf(other)]
      assert.notEqual(a.high, b.high, JSON.stringify(other))
      assert.notEqual(a.low, b.low, JSON.stringify(other))
    }
  }
})

test('swapped parts of two rows do not cancel out', () => {
  const [a, b] = [header({ key: 'a', hash: 1 }), header({ key: 'b', hash: 2 })]
  const swapped = [header({ key: 'a', hash: 2 }), header({ key: 'b', hash: 1 })]
  assert.equal(isSameDigest([a, b], swapped), false)
})

test('an order of -0 is the order 0', () => {
  const zero = header({ version: { order: 0, time: 1, writer: 'w' } })
  const minusZero = header({ version: { order: -0, time: 1, writer: 'w' } })
  assert.deepEqual(headerHashOf(minusZero), headerHashOf(zero))
})

test('a digest has one short text for each bucket and the number of rows', () => {
  const { sums, rows } = digestOf([header(), header({ key: 'b' })])
  assert.equal(rows, 2)
  assert.equal(sums.length, DIGEST_BUCKETS)
  for (const sum of sums) assert.match(sum, /^[0-9a-f]{1,16}$/)
  const filled = sums.flatMap((sum, bucket) => (sum === '0' ? [] : [bucket]))
  assert.deepEqual(
    filled,
    [bucketOf('energy:p1:latest'), bucketOf('b')].sort((x, y) => x - y),
  )
})

test('what a row adds is the same on every machine and in every version', () => {
  const pinned = { bucket: 55, high: 2_105_426_023, low: 1_453_886_914 }
  assert.deepEqual(headerHashOf(header()), pinned)
  assert.equal(textHashOf('{"n":1}'), 1_273_310_000)
  assert.equal(textHashOf(null), null)
})

test('the keys of one partition spread over all buckets', () => {
  const keys = Array.from({ length: 200_000 }, (_, i) => `energy:p${i % 7}:${i}`)
  const own = keys.filter((key) => partitionOf(key, 16) === 3)
  const counts = new Array<number>(DIGEST_BUCKETS).fill(0)
  for (const key of own) counts[bucketOf(key)] = (counts[bucketOf(key)] ?? 0) + 1
  const mean = own.length / DIGEST_BUCKETS
  assert.ok(Math.min(...counts) > mean / 2, `the emptiest holds ${Math.min(...counts)}`)
  assert.ok(Math.max(...counts) < mean * 2, `the fullest holds ${Math.max(...counts)}`)
})

test('a row is dead when version and end are both below the moment, conditional keys never', () => {
  const nowMs = Date.UTC(2026, 0, 5)
  const row = (key: string, ms: number, expiresMs: number | null) => {
    const version = { order: 0, time: timeOf(ms), writer: 'w' }
    return { key, version, expiresMs }
  }
  assert.equal(isDead(row('a', nowMs - 1, null), true, nowMs), true)
  assert.equal(isDead(row('a', nowMs, null), true, nowMs), false)
  assert.equal(isDead(row('a', nowMs - 1, null), false, nowMs), false)
  assert.equal(isDead(row('a', nowMs - 1, nowMs - 0.5), false, nowMs), true)
  assert.equal(isDead(row('a', nowMs - 1, nowMs), false, nowMs), false)
  assert.equal(isDead(row('a', nowMs, nowMs - 1), false, nowMs), false)
  for (const key of ['cas:a', '_system:thresholds']) {
    assert.equal(isDead(row(key, 0, null), true, nowMs), false)
    assert.equal(isDead(row(key, 0, 1), false, nowMs), false)
  }
})

function isSameDigest(some: readonly RowHeader[], others: readonly RowHeader[]): boolean {
  return JSON.stringify(digestOf(some)) === JSON.stringify(digestOf(others))
}

function rank({ key, hash }: RowHeader, seed: number): number {
  return (key.length * 31 + (hash ?? 7) + seed) % 5
}
