/**
 * What can happen to a disk happens to everything that an engine does, on both kinds of engine.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../src/adapters/seeded-random.ts'
import {
  EngineError,
  type EngineFailure,
  type KeyValueEngine,
} from '../src/ports/key-value-engine.ts'
import { type DiskFaults, type EngineKind, SimDisk } from './disk.ts'

const KINDS: readonly EngineKind[] = ['memory', 'sqlite']
const NO_FAULTS = { crashChance: 0, brokenChance: 0, slowChance: 0 }
const HINT = { target: 'shard', partition: 1, key: 'a' }

const row = (key: string, time: number, text: string | null = 'sound') => ({
  ...{ partition: 1, key, text, expiresMs: null },
  version: { order: time, time, writer: 'w' },
})

const WRITES: Record<string, (engine: KeyValueEngine) => unknown> = {
  'a row': (engine) => engine.apply([row('b', 1)]),
  'a promise': (engine) => engine.apply([{ ...row('cas:b', 1), intake: 'promise' }]),
  'a row that only brings a hint': (engine) =>
    engine.apply([{ ...row('a', 1), missedBy: ['other'] }]),
  'a hint': (engine) => engine.noteHints([{ ...HINT, key: 'b' }]),
  'a hint that is dropped': (engine) => engine.dropHints([HINT]),
  'a purge': (engine) => engine.purge(1, Number.MAX_SAFE_INTEGER, 9),
  'a partition that is cleared': (engine) => engine.clear(1, 9),
  'a fact': (engine) => engine.setMeta('b', '1'),
}

function world(kind: EngineKind, faults: DiskFaults = { ...NO_FAULTS }) {
  const disk = new SimDisk(kind, seededRandom(kind), faults)
  const process = { isOver: false, crashes: 0 }
  const engine = disk.open({
    isOver: () => process.isOver,
    crash: () => {
      process.crashes += 1
    },
    stall: () => {},
  })
  engine.apply([row('a', 1), row('gone', 1, null)])
  engine.noteHints([HINT])
  return { disk, process, engine }
}

const fails = (code: EngineFailure) => (error: unknown) =>
  error instanceof EngineError && error.code === code

/** Everything that can be seen of what is on the disk. */
function seen(engine: KeyValueEngine) {
  const keys = ['a', 'b', 'gone'].map((key) => engine.get(1, key)?.text)
  return [keys, [...engine.hintCounts()], engine.getMeta('b'), engine.partitions()]
}

for (const kind of KINDS) {
  for (const [what, write] of Object.entries(WRITES)) {
    test(`${kind}: ${what} is not written by a dead process, nor to a full disk`, () => {
      const { disk, process, engine } = world(kind)
      const before = seen(engine)
      disk.isFull = true
      assert.throws(() => write(engine), fails('full'))
      disk.isFull = false
      process.isOver = true
      assert.throws(() => write(engine), fails('broken'))
      assert.deepEqual(seen(engine), before)
      process.isOver = false
      write(engine)
    })
  }

  test(`${kind}: a process that dies in a commit leaves all of it or nothing`, () => {
    const outcomes = new Set<number>()
    for (const write of Object.values(WRITES).filter((one) => one !== WRITES['a fact'])) {
      const faults = { ...NO_FAULTS }
      const { process, engine } = world(kind, faults)
      faults.crashChance = 1
      assert.throws(() => write(engine), fails('broken'))
      assert.equal(process.crashes, 1)
    }
    const faults = { ...NO_FAULTS }
    const { engine } = world(kind, faults)
    faults.crashChance = 1
    for (let n = 0; n < 20; n += 1) {
      const before = engine.hintCounts().get(`shard ${n}`) ?? 0
      assert.throws(() => engine.noteHints([1, 2].map((p) => hintOf(n, p))), fails('broken'))
      outcomes.add((engine.hintCounts().get(`shard ${n}`) ?? 0) - before)
    }
    assert.deepEqual([...outcomes].sort(), [0, 2])
  })

  test(`${kind}: a damaged row looks different until it is written again`, () => {
    const { disk, engine } = world(kind)
    const ask = { from: '', limit: 9, deadBeforeMs: 0, buckets: null }
    const [sound, headers] = [engine.digest(1, 0), engine.headers(1, ask)]
    disk.damage('a')
    disk.damage('gone')
    assert.throws(() => engine.get(1, 'a'), fails('damaged'))
    assert.notDeepEqual(engine.digest(1, 0), sound)
    assert.equal(engine.digest(1, 0).rows, 2)
    for (const [index, { key, hash }] of engine.headers(1, ask).headers.entries()) {
      assert.notEqual(hash, headers.headers[index]?.hash, key)
    }
    engine.apply([{ ...row('a', 2), intake: 'promise' }])
    assert.throws(() => engine.get(1, 'a'), fails('damaged'), 'a promise mends nothing')
    engine.apply([row('a', 1), row('gone', 1, null)])
    assert.equal(engine.get(1, 'a')?.text, 'sound')
    assert.deepEqual(engine.digest(1, 0), sound)
  })
}

function hintOf(n: number, partition: number) {
  return { target: `shard ${n}`, partition, key: 'k' }
}
