/**
 * What every KeyValueEngine must do so that replicas can be compared, and so that what nobody needs
 * any more can go: digests, headers, purging and clearing.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compareKeys } from '../../src/model/key-bytes.ts'
import {
  DIGEST_BUCKETS,
  type KeyValueEngine,
  type PartitionedRow,
  type RowHeader,
  UNPLACED,
} from '../../src/ports/key-value-engine.ts'
import { timeOf } from '../../src/store/hybrid-clock.ts'
import { bucketOf, digestOf, textHashOf } from '../../src/store/row-digest.ts'
import {
  type EngineHarness,
  EVERYTHING,
  keysOf,
  row,
  type Story,
  storiesOf,
} from '../support/engine-under-test.ts'

const NOW_MS = Date.UTC(2026, 0, 5, 8, 30)
const ALL = { from: '', limit: 99, deadBeforeMs: 0, buckets: null }

/** A row of partition 7 that was written at a wall time. */
function written(key: string, ms: number, change: Partial<PartitionedRow> = {}) {
  return row(key, 0, { version: { order: ms, time: timeOf(ms), writer: 'w' }, ...change })
}

/** Of each kind of end one from before NOW_MS and one that is at it. */
const MORTALS = [
  written('live', NOW_MS - 9),
  written('deleted', NOW_MS - 1, { text: null }),
  written('just deleted', NOW_MS, { text: null }),
  written('expired', NOW_MS - 9, { expiresMs: NOW_MS - 0.5 }),
  written('expires now', NOW_MS - 9, { expiresMs: NOW_MS }),
  written('expired at birth', NOW_MS, { expiresMs: NOW_MS - 9 }),
  written('cas:deleted', NOW_MS - 9, { text: null, intake: 'accept' }),
  written('_system:expired', NOW_MS - 9, { expiresMs: 1 }),
]
const DEAD = ['deleted', 'expired']
const UNDEAD = keysOf(MORTALS)
  .filter((key) => !DEAD.includes(key))
  .sort(compareKeys)

export function engineRepairSuite(harness: EngineHarness): void {
  const story = storiesOf(harness)
  digestStories(story)
  headerStories(story)
  purgeStories(story)
  clearStories(story)
  equalityStory(harness)
}

function headerOf({ key, version, text }: PartitionedRow): RowHeader {
  return { key, version, hash: textHashOf(text) }
}

function digestStories(story: Story): void {
  story('a digest is the sum of the headers of one partition', (engine) => {
    const rows = [row('a', 1), row('é', 2, { text: null }), row('cas:a', 3, { intake: 'accept' })]
    engine.apply([...rows, row('a', 9, { partition: 8 }), row('b', 1, { partition: UNPLACED })])
    assert.deepEqual(engine.digest(7, 0), digestOf(rows.map(headerOf)))
    assert.deepEqual(engine.digest(9, 0), digestOf([]))
    assert.deepEqual(engine.digest(UNPLACED, 0).rows, 1)
  })

  story('a digest follows each change of a row, and ignores what changes none', (engine) => {
    engine.apply([row('a', 1), row('b', 1)])
    const before = engine.digest(7, 0)
    engine.apply([row('a', 0), row('a', 1, { missedBy: ['x'] })])
    engine.apply([row('cas:a', 1, { intake: 'promise' })])
    assert.deepEqual(engine.digest(7, 0), before)
    engine.apply([row('a', 2)])
    const after = engine.digest(7, 0)
    assert.deepEqual(after.sums[bucketOf('b')], before.sums[bucketOf('b')])
    assert.notDeepEqual(after.sums[bucketOf('a')], before.sums[bucketOf('a')])
  })

  story('what is dead before the moment is left out, conditional keys never', (engine) => {
    engine.apply(MORTALS)
    const undead = MORTALS.filter(({ key }) => !DEAD.includes(key))
    assert.deepEqual(engine.digest(7, NOW_MS), digestOf(undead.map(headerOf)))
    assert.deepEqual(engine.digest(7, 0), digestOf(MORTALS.map(headerOf)))
    const { headers } = engine.headers(7, { ...ALL, deadBeforeMs: NOW_MS })
    assert.deepEqual(keysOf(headers), UNDEAD)
  })
}

function headerStories(story: Story): void {
  story('headers go by the bytes of the key, page after page, to the end', (engine) => {
    const keys = ['', 'a', 'a\0', 'b', '\uffee', '😀']
    engine.apply(keys.toReversed().map((key) => row(key, 1)))
    engine.apply([row('c', 1, { partition: 8 }), row('cas:c', 1, { intake: 'promise' })])
    assert.deepEqual(engine.headers(7, ALL), {
      headers: keys.map((key) => headerOf(row(key, 1))),
      next: null,
    })
    for (const limit of [1, 2, 3, 6, 7]) {
      assert.deepEqual(keysOf(allHeaders(engine, { ...ALL, limit })), keys, `${limit} at a time`)
    }
    assert.deepEqual(keysOf(engine.headers(7, { ...ALL, from: 'b' }).headers), keys.slice(3))
    assert.deepEqual(engine.headers(9, ALL), { headers: [], next: null })
  })

  story('headers of some buckets only, and a page looks at no more rows for it', (engine) => {
    const keys = Array.from({ length: 40 }, (_, n) => `k${n}`).sort(compareKeys)
    engine.apply(keys.map((key) => row(key, 1)))
    const buckets = new Set(keys.slice(0, 5).map(bucketOf))
    const own = keys.filter((key) => buckets.has(bucketOf(key)))
    assert.deepEqual(keysOf(allHeaders(engine, { ...ALL, limit: 7, buckets })), own)
    const none = engine.headers(7, { ...ALL, limit: 7, buckets: new Set<number>() })
    assert.deepEqual(none.headers, [])
    assert.ok(none.next !== null && none.next > (keys[6] ?? '') && none.next <= (keys[7] ?? ''))
  })
}

function purgeStories(story: Story): void {
  story('only what is dead is purged, for good and over a start', (engine, own) => {
    engine.apply([...MORTALS, written('deleted', NOW_MS - 9, { text: null, partition: 8 })])
    const counted = engine.count(0)
    assert.equal(engine.purge(7, NOW_MS, 9), DEAD.length)
    assert.equal(engine.purge(7, NOW_MS, 9), 0)
    const again = own.open()
    assert.deepEqual(again.keys(7, EVERYTHING, 99, false), UNDEAD)
    assert.deepEqual(again.keys(8, EVERYTHING, 99, false), ['deleted'])
    assert.equal(again.count(0), counted - 1, 'the expired one had counted at that time')
    again.close()
  })

  story('a purge ends at its limit and goes on at the next', (engine) => {
    const dead = Array.from({ length: 5 }, (_, n) => written(`k${n}`, 1, { text: null }))
    engine.apply([...dead, written('live', 1)])
    const purged = [2, 2, 2, 2].map((limit) => engine.purge(7, NOW_MS, limit))
    assert.deepEqual(purged, [2, 2, 1, 0])
    assert.deepEqual(engine.keys(7, EVERYTHING, 9, false), ['live'])
  })

  story('a row that was purged may be written anew, and counts', (engine) => {
    engine.apply([written('a', NOW_MS - 9, { expiresMs: NOW_MS - 1 })])
    assert.deepEqual([engine.count(NOW_MS - 5), engine.count(NOW_MS)], [1, 0])
    engine.purge(7, NOW_MS, 9)
    assert.deepEqual([engine.count(NOW_MS - 5), engine.count(NOW_MS)], [0, 0])
    engine.apply([row('a', 1)])
    assert.equal(engine.count(NOW_MS), 1)
  })
}

function clearStories(story: Story): void {
  story('a partition is cleared of everything, up to a limit at a time', (engine, own) => {
    const hints = [7, 8].map((partition) => ({ target: 'x', partition, key: 'a' }))
    engine.noteHints(hints)
    engine.apply([...MORTALS, row('a', 1, { partition: 8 })])
    engine.apply([row('cas:p', 5, { intake: 'promise' })])
    assert.deepEqual(engine.partitions(), [7, 8])
    const limits = [4, 4, 4, 4].map((limit) => engine.clear(7, limit))
    assert.deepEqual(limits, [4, 4, 1, 0])
    assert.deepEqual(engine.hints('x', 9), [hints[1]])
    const again = own.open()
    assert.deepEqual(again.keys(7, EVERYTHING, 99, false), [])
    assert.deepEqual(again.partitions(), [8])
    assert.equal(again.count(0), 1)
    assert.deepEqual([...again.hintCounts()], [['x', 1]])
    again.close()
  })

  story('a cleared partition has forgotten what was promised in it', (engine) => {
    const low = row('cas:a', 1, { intake: 'accept' })
    engine.apply([row('cas:a', 5, { intake: 'accept' }), row('cas:a', 9, { intake: 'promise' })])
    assert.equal(engine.clear(7, 9), 1)
    assert.deepEqual(engine.apply([low]), [low.version])
  })

  story('partitions with any row are named in order, unplaced rows are in none', (engine) => {
    assert.deepEqual(engine.partitions(), [])
    const places = [300, 0, 20, UNPLACED]
    engine.apply(places.map((partition) => row('a', 1, { partition, text: null })))
    engine.apply([row('cas:a', 1, { partition: 5, intake: 'promise' })])
    assert.deepEqual(engine.partitions(), [0, 5, 20, 300])
  })
}

function equalityStory(harness: EngineHarness): void {
  const rows = fc.array(
    fc
      .record({ key: fc.constantFrom('a', 'b', 'é', 'cas:a'), order: fc.nat({ max: 2 }) })
      .map(({ key, order }) => row(key, order, order === 1 ? { text: null } : {})),
    { maxLength: 6 },
  )
  test(`${harness.name}: digests are equal when the rows are, and only then`, () => {
    const property = fc.property(rows, rows, (some, others) => {
      const engines = [some, others].map((applied) => {
        const engine = harness.disk().open()
        engine.apply(applied)
        return engine
      })
      const [scans, digests] = [
        engines.map((engine) => JSON.stringify(engine.scan(7, EVERYTHING, 9, false))),
        engines.map((engine) => JSON.stringify(engine.digest(7, 0))),
      ]
      assert.equal(digests[0] === digests[1], scans[0] === scans[1])
      for (const engine of engines) {
        assert.deepEqual(engine.digest(7, 0), digestOf(allHeaders(engine, { ...ALL, limit: 2 })))
        assert.equal(engine.digest(7, 0).sums.length, DIGEST_BUCKETS)
        engine.close()
      }
    })
    fc.assert(property, { numRuns: 25 })
  })
}

function allHeaders(
  engine: KeyValueEngine,
  query: Parameters<KeyValueEngine['headers']>[1],
): readonly RowHeader[] {
  const found: RowHeader[] = []
  let from: string | null = query.from
  for (; from !== null; ) {
    const page = engine.headers(7, { ...query, from })
    found.push(...page.headers)
    from = page.next
  }
  return found
}
