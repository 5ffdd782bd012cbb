/**
 * What every KeyValueEngine must do with plain rows. An adapter brings disks: each opens as an
 * engine again and again, and keeps what was applied in between.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compareKeys } from '../../src/model/key-bytes.ts'
import { must } from '../../src/model/must.ts'
import { compareVersions } from '../../src/model/version.ts'
import {
  EngineError,
  type PartitionedRow,
  type Row,
  UNPLACED,
} from '../../src/ports/key-value-engine.ts'
import {
  type EngineHarness,
  EVERYTHING,
  keysOf,
  row,
  rowOf,
  type Story,
  storiesOf,
} from '../support/engine-under-test.ts'

const NOW_MS = Date.UTC(2026, 0, 5, 8, 30)

export function keyValueEngineSuite(harness: EngineHarness): void {
  const story = storiesOf(harness)
  mergeStories(story)
  lifeStories(story)
  rangeStories(story)
  fullDiskStory(harness)
  anyOrderStory(harness)
}

function mergeStories(story: Story): void {
  story('what was applied is read, as the text that was sent', (engine) => {
    const sent = row('a', 1, { text: '{ "x": 1.0, "è": "😀" }', expiresMs: NOW_MS + 0.5 })
    assert.deepEqual(engine.apply([sent]), [sent.version])
    assert.deepEqual(engine.get(7, 'a'), rowOf(sent))
    assert.equal(engine.get(8, 'a'), undefined, 'another partition')
    assert.equal(engine.get(7, 'A'), undefined)
  })

  story('the larger order wins, then the larger time, then the larger writer', (engine) => {
    const versions = [
      { order: 5, time: 9, writer: 'z' },
      { order: 5.000244140625, time: 1, writer: 'a' },
      { order: 5.000244140625, time: 2, writer: 'A' },
      { order: 5.000244140625, time: 2, writer: 'a' },
    ]
    for (const [newer, version] of versions.entries()) {
      assert.deepEqual(engine.apply([row('a', 0, { version, text: `${newer}` })]), [version])
      const older = versions.slice(0, newer).map((one) => row('a', 0, { version: one }))
      assert.deepEqual(
        engine.apply(older),
        older.map(() => version),
        'an older one is told what is held',
      )
      assert.equal(engine.get(7, 'a')?.text, `${newer}`)
    }
  })

  story('the same version again changes nothing', (engine) => {
    engine.apply([row('a', 1, { text: 'first' })])
    engine.apply([row('a', 1, { text: 'second' })])
    assert.equal(engine.get(7, 'a')?.text, 'first')
  })

  story('versions keep every bit: orders with a fraction, times up to 2^53', (engine) => {
    const order = NOW_MS + 0.123_291_015_625
    const times = [0, 1, 2 ** 31, 2 ** 52 + 1, Number.MAX_SAFE_INTEGER]
    const rows = times.map((time) => row(`t${time}`, 0, { version: { order, time, writer: '' } }))
    engine.apply(rows)
    for (const { key, version } of rows) assert.deepEqual(engine.get(7, key)?.version, version)
    const older = row('t1', 0, { version: { order: order - 2 ** -12, time: 2, writer: '' } })
    assert.deepEqual(engine.apply([older]), [rows[1]?.version])
  })

  story('rows of one call are applied in order, each key as often as it comes', (engine) => {
    const held = engine.apply([row('a', 2), row('b', 1), row('a', 1), row('a', 3)])
    assert.deepEqual(
      held.map(({ order }) => order),
      [2, 1, 2, 3],
    )
    assert.equal(engine.get(7, 'a')?.version.order, 3)
  })
}

function lifeStories(story: Story): void {
  story('a tombstone is a row: read, scanned, won over and not counted', (engine) => {
    engine.apply([row('a', 1), row('a', 2, { text: null })])
    assert.equal(engine.get(7, 'a')?.text, null)
    assert.deepEqual(keysOf(engine.scan(7, EVERYTHING, 9, false)), ['a'])
    assert.equal(engine.count(NOW_MS), 0)
    engine.apply([row('a', 1, { text: 'older' })])
    assert.equal(engine.get(7, 'a')?.text, null, 'what is older does not come back')
    engine.apply([row('a', 3)])
    assert.equal(engine.count(NOW_MS), 1)
  })

  story('rows that have expired are kept and no longer counted', (engine, own) => {
    engine.apply([row('a', 1, { expiresMs: NOW_MS }), row('b', 1, { expiresMs: NOW_MS + 1 })])
    engine.apply([row('c', 1)])
    const counts = [NOW_MS - 1, NOW_MS, NOW_MS + 1, NOW_MS - 1].map((now) => engine.count(now))
    assert.deepEqual(counts, [3, 2, 1, 3], 'a clock may go back')
    assert.equal(engine.get(7, 'a')?.expiresMs, NOW_MS)
    engine.count(NOW_MS + 1)
    engine.apply([row('b', 2, { expiresMs: NOW_MS + 9 })])
    assert.equal(engine.count(NOW_MS + 2), 2, 'written again it lives longer')
    let again = own.open()
    assert.equal(again.count(NOW_MS + 2), 2)
    again.count(NOW_MS + 10)
    again.apply([row('d', 1)])
    again = own.open()
    assert.equal(again.count(NOW_MS + 10), 2, 'and it is so after a start too')
    again.close()
  })

  story('system keys and unplaced rows are kept and never counted', (engine) => {
    const unplaced = row('b', 1, { partition: UNPLACED })
    const expiresMs = NOW_MS + 5
    engine.apply([row('_system:thresholds', 1), unplaced, row('_system:x', 1, { expiresMs })])
    engine.apply([{ ...unplaced, key: 'c', expiresMs }])
    assert.deepEqual([engine.count(NOW_MS), engine.count(NOW_MS + 9)], [0, 0])
    assert.deepEqual(engine.get(UNPLACED, 'b'), rowOf(unplaced))
    assert.equal(engine.get(7, '_system:thresholds')?.version.order, 1)
  })

  story('rows and facts outlive a close', (engine, own) => {
    engine.apply([row('a', 1), row('b', 2, { text: null })])
    engine.setMeta('identity', 'first')
    engine.setMeta('identity', 'second')
    const again = own.open()
    assert.deepEqual(keysOf(again.scan(7, EVERYTHING, 9, false)), ['a', 'b'])
    assert.deepEqual([again.getMeta('identity'), again.getMeta('ring')], ['second', undefined])
    assert.equal(again.count(NOW_MS), 1)
    again.close()
  })
}

function rangeStories(story: Story): void {
  story('ranges go by the UTF-8 bytes of the keys, both ways, up to a limit', (engine) => {
    const keys = ['', '\0', 'A', 'a', 'a\0', 'ab', 'é', '\uffee', '😀', '😁', '\u{10ffff}']
    engine.apply([...keys].reverse().map((key) => row(key, 1)))
    engine.apply([row('ab', 1, { partition: 6 }), row('a', 1, { partition: 8 })])
    const ask = (from: string, to: string | null, limit: number, reverse: boolean) => {
      const found = keysOf(engine.scan(7, { from, to }, limit, reverse))
      assert.deepEqual(engine.keys(7, { from, to }, limit, reverse), found)
      return found
    }
    assert.deepEqual(ask('', null, 99, false), keys)
    assert.deepEqual(ask('', null, 99, true), keys.toReversed())
    assert.deepEqual(ask('a', '😀', 99, false), ['a', 'a\0', 'ab', 'é', '\uffee'])
    assert.deepEqual(ask('a\0', '😁', 2, true), ['😀', '\uffee'])
    assert.deepEqual(ask('b', null, 2, false), ['é', '\uffee'])
    assert.deepEqual(ask('z', 'a', 9, false), [])
    assert.deepEqual(ask('z', 'a', 9, true), [])
    assert.deepEqual(ask('', null, 0, true), [])
  })

  story('a value of 1 MiB comes back whole', (engine) => {
    const text = JSON.stringify('è'.repeat(512 * 1024))
    engine.apply([row('large', 1, { text }), row('small', 1)])
    assert.equal(engine.get(7, 'large')?.text, text)
    assert.deepEqual(engine.scan(7, EVERYTHING, 9, false)[0]?.text, text)
  })
}

function fullDiskStory(harness: EngineHarness): void {
  test(`${harness.name}: a full disk refuses whole groups until it has room, and is read`, () => {
    const own = harness.disk(400_000)
    let engine = own.open()
    const large = (key: string, order: number) => row(key, order, { text: 'x'.repeat(20_000) })
    let held = 0
    const fill = () => {
      for (; held < 99; held += 1) engine.apply([row(`s${held}`, 1), large(`l${held}`, 1)])
    }
    assert.throws(fill, (error) => error instanceof EngineError && error.code === 'full')
    assert.ok(held > 5, `${held} fitted`)
    const isAsBefore = () => {
      assert.equal(engine.count(NOW_MS), 2 * held)
      assert.equal(engine.get(7, `s${held}`), undefined, 'nothing of the group was written')
      assert.equal(engine.get(7, `l${held - 1}`)?.text?.length, 20_000)
      assert.equal(engine.scan(7, EVERYTHING, 999, false).length, 2 * held)
    }
    isAsBefore()
    const twice = [row('s0', 2), row('s0', 3), ...[1, 2, 3].map((n) => large(`more${n}`, 1))]
    assert.throws(() => engine.apply(twice), EngineError)
    assert.equal(engine.get(7, 's0')?.version.order, 1, 'nor of one that has a key twice')
    engine = own.open()
    isAsBefore()
    engine.apply([row('l0', 2, { text: null }), row('l1', 2, { text: null })])
    engine.apply([large('later', 1)])
    assert.equal(engine.get(7, 'later')?.text?.length, 20_000)
    engine.close()
  })
}

function anyOrderStory(harness: EngineHarness): void {
  test(`${harness.name}: in whatever order rows come, each key ends with its newest`, () => {
    const property = fc.property(fc.array(groups, { maxLength: 8 }), fc.nat(), (calls, seed) => {
      const [engine, mixed] = [harness.disk().open(), harness.disk().open()]
      for (const rows of calls) engine.apply(rows)
      const all = calls.flat()
      for (const one of shuffled(all, seed)) mixed.apply([one])
      for (const partition of [0, 1]) {
        const found = engine.scan(partition, EVERYTHING, 999, false)
        assert.deepEqual(found, newestOf(all, partition))
        assert.deepEqual(mixed.scan(partition, EVERYTHING, 999, false), found)
      }
      for (const now of [20, 10, 30, 0]) assert.equal(engine.count(now), liveOf(all, now))
      engine.close()
      mixed.close()
    })
    fc.assert(property, { numRuns: 40 })
  })
}

const KEYS = ['a', 'b', 'é', '😀', '\uffee', '_system:x']
/** Versions are drawn from few, so that rows meet; equal versions are equal writes. */
const groups = fc.array(
  fc
    .record({
      partition: fc.constantFrom(0, 1),
      key: fc.constantFrom(...KEYS),
      order: fc.nat({ max: 3 }),
      time: fc.nat({ max: 3 }),
      writer: fc.constantFrom('v', 'w'),
    })
    .map(({ partition, key, order, time, writer }): PartitionedRow => {
      const mark = order * 16 + time * 4 + (writer === 'v' ? 0 : 1)
      return {
        ...{ partition, key, version: { order, time, writer } },
        text: mark % 3 === 0 ? null : `${mark}`,
        expiresMs: mark % 5 < 2 ? mark % 40 : null,
      }
    }),
  { maxLength: 12 },
)

function newestOf(rows: readonly PartitionedRow[], partition: number): readonly Row[] {
  const newest = new Map<string, Row>()
  for (const one of rows.filter((candidate) => candidate.partition === partition)) {
    const best = newest.get(one.key)
    if (!best || compareVersions(one.version, best.version) > 0) {
      newest.set(one.key, rowOf(one))
    }
  }
  return [...newest.values()].sort((a, b) => compareKeys(a.key, b.key))
}

function liveOf(rows: readonly PartitionedRow[], nowMs: number): number {
  const newest = [0, 1].flatMap((partition) => newestOf(rows, partition))
  return newest.filter(
    ({ key, text, expiresMs }) =>
      text !== null && (expiresMs === null || expiresMs > nowMs) && key !== '_system:x',
  ).length
}

function shuffled<T>(values: readonly T[], seed: number): readonly T[] {
  const rest = [...values]
  return values.map((_, i) => must(rest.splice((seed + i * 7919) % rest.length, 1)[0]))
}
