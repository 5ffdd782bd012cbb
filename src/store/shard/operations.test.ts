import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  apply,
  bare,
  get,
  openShard,
  openShardInRing,
  operations,
  ringAfter,
  ringOf,
  type ShardUnderTest,
  wireRow,
  wordOf,
  wordsOf,
} from '../../../test/support/shard-world.ts'
import { CLOCK_AHEAD_MS_MAX } from '../hybrid-clock.ts'
import { REPLY_BYTES_MAX } from './operations.ts'

const nowOf = ({ clock }: ShardUnderTest) => clock.wallMs()

test('what is applied is durable when it is answered, and read as it was sent', async () => {
  const shard = await openShardInRing()
  const row = wireRow('a', nowOf(shard), { v: '{ "x": 1.0 }', e: nowOf(shard) + 1 })
  let isAnswered = false
  const asked = shard.ask(operations(apply(row), get('a'))).then(({ results }) => {
    isAnswered = true
    return results
  })
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(isAnswered, false, 'not before the commit')
  shard.endTurn()
  assert.deepEqual(await asked, [
    { r: 'held', o: row.o, t: row.t, n: row.n },
    { r: 'row', row: null },
  ])
  const { results } = await shard.ask(operations(get('a')))
  assert.deepEqual(results, [{ r: 'row', row }])
  assert.deepEqual(await wordsOf(openShard({ disk: shard.disk }), get('a')), [row.v])
})

test('a bare read names the version alone', async () => {
  const shard = await openShardInRing()
  const row = wireRow('a', nowOf(shard), { v: '{"x":1}' })
  await wordsOf(shard, apply(row))
  const { results } = await shard.ask(operations(bare('a'), bare('b')))
  assert.deepEqual(results, [
    { r: 'version', o: row.o, t: row.t, n: row.n },
    { r: 'row', row: null },
  ])
})

test('the writes of all bodies of one turn are one transaction', async () => {
  const groups: number[] = []
  const shard = await openShardInRing({
    wrap: (engine) => ({
      ...engine,
      apply(rows) {
        groups.push(rows.length)
        return engine.apply(rows)
      },
    }),
  })
  const asked = ['a', 'b', 'c'].map((key) => shard.ask(operations(apply(wireRow(key, 1)))))
  shard.endTurn()
  await Promise.all(asked)
  assert.deepEqual(groups, [3])
})

test('an older version is told what is held', async () => {
  const shard = await openShardInRing()
  const [newer, older] = [wireRow('a', 20), wireRow('a', 10)]
  await wordsOf(shard, apply(newer))
  const asked = shard.ask(operations(apply(older)))
  shard.endTurn()
  assert.deepEqual((await asked).results, [{ r: 'held', o: newer.o, t: newer.t, n: newer.n }])
})

test('asked to be terse it says true of a row that is held as it was sent', async () => {
  const shard = await openShardInRing()
  const [older, newer] = [wireRow('a', 10), wireRow('a', 20)]
  const ops = [apply(newer), apply(older), apply(newer), get('b')]
  const asked = shard.tell({ ...operations(...ops), terse: true })
  shard.endTurn()
  const held = { r: 'held', o: newer.o, t: newer.t, n: newer.n }
  assert.deepEqual(await asked, {
    kind: 'ops',
    results: [true, held, true, { r: 'row', row: null }],
  })
})

test('another version is told in full, whichever part of it differs', async () => {
  const row = wireRow('a', 10)
  for (const newer of [{ o: row.o + 1 }, { t: row.t + 1 }, { n: `${row.n}1` }]) {
    const shard = await openShardInRing()
    const ops = [apply({ ...row, ...newer }), apply(row)]
    const asked = shard.tell({ ...operations(...ops), terse: true })
    shard.endTurn()
    const { o, t, n } = { ...row, ...newer }
    assert.deepEqual(await asked, { kind: 'ops', results: [true, { r: 'held', o, t, n }] })
  }
})

test('operations of another epoch, or on a foreign partition, are refused one by one', async () => {
  const shard = openShard()
  const row = wireRow('a', 1)
  assert.deepEqual(await wordsOf(shard, apply(row), get('a')), ['not-mine', 'not-mine'], 'no ring')
  await shard.ask({ kind: 'ring.store', ring: ringOf([shard.id]) })
  const wrong = [apply(row, 0), apply(row, 2), get('a', 0), { ...get('a'), p: get('a').p ^ 1 }]
  assert.deepEqual(await wordsOf(shard, ...wrong, get('a'), apply(row)), [
    ...['fenced', 'not-mine', 'fenced', 'not-mine'],
    ...[null, 'held'],
  ])
})

test('a time ahead of the shard’s clock is refused, an order ahead of it is not', async () => {
  const shard = await openShardInRing()
  const aheadMs = nowOf(shard) + CLOCK_AHEAD_MS_MAX
  const rows = [
    wireRow('a', aheadMs + 1),
    wireRow('b', aheadMs),
    wireRow('c', nowOf(shard), { o: nowOf(shard) + 600_000 }),
    wireRow('d', aheadMs + 1),
  ]
  const words = await wordsOf(shard, ...rows.map((row) => apply(row)))
  assert.deepEqual(words, ['clock-ahead', 'held', 'held', 'clock-ahead'])
  const said = shard.trace.facts.filter(({ kind }) => kind === 'shard.clock-ahead')
  assert.equal(said.length, 1, 'it is said once')
  assert.match(String(said[0]?.sentence), /2001 ms ahead/)
})

test('what could not begin in time is refused', async () => {
  const shard = await openShardInRing()
  const asked = shard.ask({ ...operations(apply(wireRow('a', 1))), budgetMs: 50 })
  await shard.clock.advance(50)
  shard.endTurn()
  assert.deepEqual((await asked).results.map(wordOf), ['late'])
  const { results } = await shard.ask({ ...operations(get('a')), budgetMs: 0 })
  assert.deepEqual(results.map(wordOf), ['late'])
})

test('a full queue is busy', async () => {
  const shard = await openShardInRing({ limits: { queueRowsMax: 2 } })
  const rows = ['a', 'b', 'c'].map((key) => apply(wireRow(key, 1)))
  assert.deepEqual(await wordsOf(shard, ...rows), ['held', 'held', 'busy'])
})

test('a reply has so many bytes; further reads are busy', async () => {
  const shard = await openShardInRing()
  const v = 'x'.repeat(1024 * 1024)
  await wordsOf(shard, apply(wireRow('a', 1, { v })))
  const words = await wordsOf(shard, ...new Array(20).fill(get('a')))
  assert.equal(words.filter((word) => word === v).length, REPLY_BYTES_MAX / v.length)
  assert.equal(words.at(-1), 'busy')
})

test('what was let in under a former epoch is not written, its neighbours are', async () => {
  const shard = await openShardInRing({ limits: { queueRowsMax: 3 } })
  const [moving, staying] = [apply(wireRow('a', 1)), apply(wireRow('b', 1))]
  const asked = shard.ask(operations(moving, staying))
  const byHand = shard.door.write('a', '1')
  await shard.ask({ kind: 'ring.store', ring: ringAfter(shard, { [moving.p]: { epoch: 2 } }) })
  shard.endTurn()
  assert.deepEqual((await asked).results.map(wordOf), ['fenced', 'held'], 'only that one')
  assert.match(JSON.stringify(await byHand), /refused.*ring has changed/)
  const rows = ['a', 'c', 'd'].map((key) => apply(wireRow(key, 2), key === 'a' ? 2 : 1))
  const words = await wordsOf(shard, get('a', 2), get('b'), ...rows)
  assert.deepEqual(words, [null, '"b"', 'held', 'held', 'held'])
})
