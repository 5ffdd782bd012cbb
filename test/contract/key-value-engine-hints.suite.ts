/**
 * What every KeyValueEngine must do with hints: the rows here that another shard misses.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EngineError, type Hint, type KeyValueEngine } from '../../src/ports/key-value-engine.ts'
import {
  type EngineHarness,
  keysOf,
  row,
  type Story,
  storiesOf,
} from '../support/engine-under-test.ts'

const hint = (target: string, key: string, partition = 7): Hint => ({ target, partition, key })
const counts = (engine: KeyValueEngine) => Object.fromEntries(engine.hintCounts())

export function engineHintsSuite(harness: EngineHarness): void {
  const story = storiesOf(harness)
  listStories(story)
  rowStories(story)
  fullDiskStories(harness)
}

function listStories(story: Story): void {
  story('hints are listed for one shard, by partition and key, up to a limit', (engine) => {
    const own = [hint('b', '😀'), hint('b', '\uffee'), hint('b', 'x', 10), hint('b', 'y', 9)]
    engine.noteHints([...own, hint('a', 'a'), hint('B', 'a')])
    const ordered = [hint('b', '\uffee'), hint('b', '😀'), hint('b', 'y', 9), hint('b', 'x', 10)]
    assert.deepEqual(engine.hints('b', 9), ordered)
    assert.deepEqual(engine.hints('b', 2), ordered.slice(0, 2))
    assert.deepEqual(engine.hints('c', 9), [])
    assert.deepEqual(counts(engine), { a: 1, b: 4, B: 1 })
  })

  story('a hint that stands already is no second one', (engine) => {
    engine.noteHints([hint('b', 'a'), hint('b', 'a')])
    engine.noteHints([hint('b', 'a')])
    assert.deepEqual(engine.hints('b', 9), [hint('b', 'a')])
    assert.deepEqual(counts(engine), { b: 1 })
  })

  story('a hint is dropped alone, and a shard without hints is not counted', (engine) => {
    engine.noteHints([hint('b', 'a'), hint('b', 'c'), hint('a', 'a')])
    engine.dropHints([hint('b', 'a'), hint('b', 'unknown'), hint('nobody', 'a')])
    assert.deepEqual(engine.hints('b', 9), [hint('b', 'c')])
    assert.deepEqual(counts(engine), { a: 1, b: 1 })
    engine.dropHints([hint('b', 'c'), hint('a', 'a', 8)])
    assert.deepEqual(counts(engine), { a: 1 })
  })

  story('hints outlive a close, and stay dropped', (engine, own) => {
    engine.noteHints([hint('b', 'a'), hint('b', 'c')])
    engine.dropHints([hint('b', 'a')])
    const again = own.open()
    assert.deepEqual(again.hints('b', 9), [hint('b', 'c')])
    assert.deepEqual(counts(again), { b: 1 })
    again.close()
  })
}

function rowStories(story: Story): void {
  story('who misses a row is noted together with it', (engine, own) => {
    engine.apply([
      row('a', 1, { missedBy: ['x', 'y'] }),
      row('b', 1),
      row('c', 1, { missedBy: [] }),
    ])
    engine.apply([row('d', 1, { missedBy: ['x'], partition: 3 })])
    assert.deepEqual(engine.hints('x', 9), [hint('x', 'd', 3), hint('x', 'a')])
    assert.deepEqual(counts(engine), { x: 2, y: 1 })
    assert.deepEqual(keysOf(engine.scan(7, { from: '', to: null }, 9, false)), ['a', 'b', 'c'])
    assert.deepEqual(Object.keys(engine.get(7, 'a') ?? {}).includes('missedBy'), false)
    const again = own.open()
    assert.deepEqual(counts(again), { x: 2, y: 1 })
    again.close()
  })

  story('it is noted of rows that were not taken too: what is held is newer', (engine) => {
    engine.apply([row('a', 5), row('cas:a', 5, { intake: 'promise' })])
    engine.apply([row('a', 4, { missedBy: ['x'] }), row('a', 5, { missedBy: ['y'] })])
    engine.apply([row('cas:a', 4, { intake: 'accept', missedBy: ['z'] })])
    assert.deepEqual(counts(engine), { x: 1, y: 1, z: 1 })
    assert.equal(engine.get(7, 'a')?.version.order, 5)
  })

  story('a hint stays when its row is written again', (engine) => {
    engine.apply([row('a', 1, { missedBy: ['x'] })])
    engine.apply([row('a', 2), row('a', 3, { text: null })])
    assert.deepEqual(engine.hints('x', 9), [hint('x', 'a')])
  })
}

function fullDiskStories(harness: EngineHarness): void {
  const isFull = (error: unknown) => error instanceof EngineError && error.code === 'full'

  test(`${harness.name}: a group that a full disk refused leaves no hint behind`, () => {
    const own = harness.disk(400_000)
    const engine = own.open()
    engine.noteHints([hint('x', 'a')])
    const missed = ['a', 'b'].map((key) => row(key, 1, { missedBy: ['x', 'y'] }))
    const large = row('large', 1, { text: 'x'.repeat(500_000) })
    assert.throws(() => engine.apply([...missed, large]), isFull)
    const isAsBefore = (one: KeyValueEngine) => {
      assert.deepEqual(counts(one), { x: 1 })
      assert.deepEqual(one.hints('x', 9), [hint('x', 'a')])
      assert.deepEqual(one.hints('y', 9), [])
    }
    isAsBefore(engine)
    const again = own.open()
    isAsBefore(again)
    again.close()
  })

  test(`${harness.name}: hints fill a disk like rows, all or nothing, and so do facts`, () => {
    const engine = harness.disk(400_000).open()
    const group = (n: number) =>
      ['a', 'b', 'c'].map((name) => hint('x', `${name}${n}${'-'.repeat(400)}`))
    let held = 0
    const fill = () => {
      for (; held < 9_999; held += 1) engine.noteHints(group(held))
    }
    assert.throws(fill, isFull)
    assert.ok(held > 5, `${held} fitted`)
    assert.deepEqual(counts(engine), { x: 3 * held })
    assert.equal(engine.hints('x', 99_999).length, 3 * held)
    assert.throws(() => engine.setMeta('fact', 'x'.repeat(500_000)), isFull)
    assert.equal(engine.getMeta('fact'), undefined)
    engine.dropHints([0, 1, 2].flatMap(group))
    engine.noteHints(group(0))
    assert.deepEqual(counts(engine), { x: 3 * (held - 2) })
    engine.close()
  })
}
