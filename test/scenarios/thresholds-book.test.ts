/**
 * Thresholds over a real coordinator and fake shards: where they come from, who sees a change, and
 * what is served while the store cannot be asked.
 */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createThresholdsBook, REFRESH_MS } from '../../src/live/thresholds-book.ts'
import { THRESHOLDS_KEY } from '../../src/model/keys.ts'
import { DEFAULT_THRESHOLDS, type Thresholds } from '../../src/model/thresholds.ts'
import type { FileContent, ThresholdsFile } from '../../src/ports/thresholds-file.ts'
import type { Store } from '../../src/store/client.ts'
import { eventually } from '../support/eventually.ts'
import { manualClock } from '../support/manual-clock.ts'
import { foundedCluster, ready, storeCluster } from '../support/store-cluster.ts'
import { recordingTrace } from '../support/traces.ts'

const limits = (kw_max: number): Thresholds => ({
  ...DEFAULT_THRESHOLDS,
  default: { ...DEFAULT_THRESHOLDS.default, kw_max },
})
const inForce = (kwMax: number) => ({ thresholds: limits(kwMax), isLastKnown: false })
const lastKnown = (kwMax: number) => ({ thresholds: limits(kwMax), isLastKnown: true })

class FakeFile implements ThresholdsFile {
  content: FileContent
  isFull = false
  constructor(content: FileContent = { kind: 'absent' }) {
    this.content = content
  }
  async read() {
    return this.content
  }
  async write(thresholds: Thresholds) {
    if (this.isFull) throw new Error('thresholds.json cannot be written: no room')
    this.content = { kind: 'found', thresholds }
  }
}

const found = (kwMax: number) => ({ kind: 'found', thresholds: limits(kwMax) }) as const
const BROKEN = { kind: 'broken', reason: 'thresholds.json cannot be read' } as const

/** A book over a store, with its file; `refresh` lets time pass until it has looked again. */
function bookOver(
  t: TestContext,
  store: Pick<Store, 'read' | 'write'>,
  file = new FakeFile(),
  expectsShards = false,
) {
  const [clock, trace] = [manualClock(), recordingTrace()]
  let looks = 0
  const counting: Pick<Store, 'read' | 'write'> = {
    write: (writes) => store.write(writes),
    async read(keys) {
      const outcomes = await store.read(keys)
      looks += 1
      return outcomes
    },
  }
  const book = createThresholdsBook({ clock, trace, file, store: counting, expectsShards })
  const ending = new AbortController()
  const start = () => {
    const running = book.run(ending.signal)
    t.after(async () => {
      ending.abort(new Error('stopped'))
      await running
    })
  }
  const refresh = async () => {
    const before = looks
    await eventually('it has looked again', async () => {
      await clock.advance(REFRESH_MS)
      return looks > before + 1
    })
  }
  return { book, file, trace, start, refresh }
}

test('an empty store has the defaults; a change holds at every coordinator at once', async (t) => {
  const { coordinator, startCoordinator } = await foundedCluster(t)
  const second = startCoordinator()
  await ready(second, 3)
  const [one, two] = [coordinator, second].map(({ systemStore }) => bookOver(t, systemStore))
  assert.deepEqual(await one?.book.current(), inForce(11))
  const outcome = await one?.book.replace(limits(5))
  assert.equal(outcome?.kind, 'done')
  assert.deepEqual(await two?.book.current(), inForce(5))
  assert.deepEqual(await two?.book.source.current(), limits(5))
})

test('a file is taken into a store that has none, and never into one that has', async (t) => {
  const { coordinator } = await foundedCluster(t)
  const first = bookOver(t, coordinator.systemStore, new FakeFile(found(7)))
  assert.deepEqual(await first.book.current(), inForce(7))
  first.start()
  await eventually('it is imported', () => first.trace.count('thresholds.imported') > 0)
  const other = bookOver(t, coordinator.systemStore, new FakeFile(found(9)))
  assert.deepEqual(await other.book.current(), inForce(7))
  other.start()
  await eventually('its file follows', () => kwMaxOf(other.file) === 7)
})

test('a late import does not override what a person has set meanwhile', async (t) => {
  const { coordinator } = await foundedCluster(t)
  const { systemStore } = coordinator
  const { book, start, refresh, file } = bookOver(
    t,
    {
      write: systemStore.write,
      read: async (keys) => {
        const outcomes = await systemStore.read(keys)
        if (file.isFull) return outcomes
        file.isFull = true
        await systemStore.write([{ key: THRESHOLDS_KEY, text: JSON.stringify(limits(5)) }])
        return outcomes
      },
    },
    new FakeFile(found(7)),
  )
  start()
  await refresh()
  assert.deepEqual(await book.current(), inForce(5))
})

test('the file follows changes made here at once, and those made elsewhere soon', async (t) => {
  const { coordinator } = await foundedCluster(t)
  const [here, there] = [1, 2].map(() => bookOver(t, coordinator.systemStore))
  assert.ok(here && there)
  there.start()
  await here.book.replace(limits(5))
  assert.equal(kwMaxOf(here.file), 5)
  await there.refresh()
  assert.equal(kwMaxOf(there.file), 5)
})

test('an answer from before a change turns neither the file nor what is known back', async (t) => {
  const { coordinator, shards } = await foundedCluster(t)
  const { systemStore } = coordinator
  let [gate, answered] = [Promise.resolve(), 0]
  const slow: Pick<Store, 'read' | 'write'> = {
    write: systemStore.write,
    async read(keys) {
      const outcomes = await systemStore.read(keys)
      answered += 1
      await gate
      return outcomes
    },
  }
  const { book, file, start } = bookOver(t, slow)
  await book.replace(limits(5))
  const { promise, resolve } = Promise.withResolvers<void>()
  gate = promise
  start()
  const old = book.current()
  await eventually('both looks were answered', () => answered === 2)
  await book.replace(limits(6))
  resolve()
  assert.deepEqual(await old, inForce(5))
  for (const shard of shards) shard.mood = 'stopped'
  assert.deepEqual(await book.current(), lastKnown(6))
  assert.equal(kwMaxOf(file), 6)
})

test('a store that was emptied has what the file holds, else the defaults', async (t) => {
  const { coordinator } = await foundedCluster(t)
  const { book, file } = bookOver(t, coordinator.systemStore)
  await book.replace(limits(5))
  await coordinator.systemStore.write([{ key: THRESHOLDS_KEY, text: null }])
  assert.deepEqual(await book.current(), inForce(5))
  file.content = { kind: 'absent' }
  assert.deepEqual(await book.current(), inForce(11))
})

test('a file that was edited by hand stays so until the next change', async (t) => {
  const { coordinator } = await foundedCluster(t)
  const { book, file, start, refresh } = bookOver(t, coordinator.systemStore)
  start()
  await book.replace(limits(5))
  file.content = found(9)
  await refresh()
  assert.equal(kwMaxOf(file), 9)
  await book.replace(limits(6))
  assert.equal(kwMaxOf(file), 6)
})

test('a broken file is said once, left as it is, and written when it was taken away', async (t) => {
  const { coordinator } = await foundedCluster(t)
  const { book, file, trace, start, refresh } = bookOver(
    t,
    coordinator.systemStore,
    new FakeFile(BROKEN),
  )
  start()
  assert.deepEqual(await book.current(), inForce(11))
  await book.replace(limits(5))
  await refresh()
  assert.deepEqual(file.content, BROKEN)
  const said = trace.facts.filter(({ kind }) => kind === 'thresholds.file-broken')
  assert.deepEqual(said, [{ kind: 'thresholds.file-broken', level: 'warn', reason: BROKEN.reason }])
  file.content = { kind: 'absent' }
  await refresh()
  assert.equal(kwMaxOf(file), 5)
})

test('a file that cannot be written does not stop a change, and is tried again', async (t) => {
  const { coordinator } = await foundedCluster(t)
  const { book, file, trace, start, refresh } = bookOver(t, coordinator.systemStore)
  file.isFull = true
  assert.equal((await book.replace(limits(5))).kind, 'done')
  start()
  await refresh()
  assert.equal(trace.count('thresholds.file-unwritten'), 1)
  file.isFull = false
  await refresh()
  assert.equal(kwMaxOf(file), 5)
})

test('without a quorum the last known are served and said to be so', async (t) => {
  const { coordinator, shards } = await foundedCluster(t)
  const { book } = bookOver(t, coordinator.systemStore)
  await book.replace(limits(5))
  for (const shard of shards.slice(0, 2)) shard.mood = 'stopped'
  assert.deepEqual(await book.current(), lastKnown(5))
  assert.deepEqual(await book.source.current(), limits(5))
  assert.notEqual((await book.replace(limits(6))).kind, 'done')
  assert.deepEqual(await book.current(), lastKnown(5))
  for (const shard of shards) shard.mood = 'well'
  await eventually('the store is asked again', async () => !(await book.current())?.isLastKnown)
})

test('a coordinator that starts without a quorum knows the file, else nothing', async (t) => {
  const { coordinator, shards } = await foundedCluster(t)
  for (const shard of shards.slice(0, 2)) shard.mood = 'stopped'
  const empty = bookOver(t, coordinator.systemStore)
  assert.equal(await empty.book.current(), undefined)
  assert.equal(await empty.book.source.current(), undefined)
  const filed = bookOver(t, coordinator.systemStore, new FakeFile(found(7)))
  assert.deepEqual(await filed.book.current(), lastKnown(7))
  assert.deepEqual(await filed.book.source.current(), limits(7))
})

test('without any shard the file or the defaults are served, and no change is', async (t) => {
  const coordinator = storeCluster(t, 0).startCoordinator()
  const empty = bookOver(t, coordinator.systemStore)
  assert.deepEqual(await empty.book.current(), inForce(11))
  assert.equal(await empty.book.source.current(), undefined, 'no detector goes by a guess')
  assert.deepEqual(await empty.book.replace(limits(5)), { kind: 'no-shards' })
  const filed = bookOver(t, coordinator.systemStore, new FakeFile(found(7)))
  assert.deepEqual(await filed.book.current(), lastKnown(7))
})

test('while shards are still to be found, no defaults stand in for what they hold', async (t) => {
  const { systemStore } = storeCluster(t, 0).startCoordinator()
  assert.equal(await bookOver(t, systemStore, new FakeFile(), true).book.current(), undefined)
  const filed = bookOver(t, systemStore, new FakeFile(found(7)), true)
  assert.deepEqual(await filed.book.current(), lastKnown(7))
})

test('what stands in the store and cannot be read counts as not to be asked', async (t) => {
  const { coordinator } = await foundedCluster(t)
  const { book, trace } = bookOver(t, coordinator.systemStore)
  await book.replace(limits(5))
  await coordinator.systemStore.write([{ key: THRESHOLDS_KEY, text: '{"default": 7}' }])
  assert.deepEqual(await book.current(), lastKnown(5))
  assert.ok(trace.count('thresholds.unreadable') > 0)
})

function kwMaxOf({ content }: FakeFile): number | undefined {
  return content.kind === 'found' ? content.thresholds.default.kw_max : undefined
}
