/**
 * What people say about alarms over a real coordinator and fake shards: two who speak at once are
 * both heard, nothing is forgotten, and a store that cannot be asked is no silence.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSayingsBook, SAY_ATTEMPTS_MAX } from '../../src/live/sayings-book.ts'
import { acknowledged } from '../../src/live/sayings-edits.ts'
import { NOTHING_SAID } from '../../src/model/alarm-sayings.ts'
import { SAYINGS_KEY } from '../../src/model/keys.ts'
import type { Store } from '../../src/store/client.ts'
import { manualClock } from '../support/manual-clock.ts'
import { foundedCluster, ready } from '../support/store-cluster.ts'
import { recordingTrace } from '../support/traces.ts'

type Door = Pick<Store, 'read' | 'write'>

const bookOver = (store: Door) =>
  createSayingsBook({ clock: manualClock(), trace: recordingTrace(), store })
const note = (book: ReturnType<typeof bookOver>, incident: string) =>
  book.say((before, saidMs) => acknowledged(before, incident, saidMs))

test('what is said at one coordinator holds at every other, and after a restart', async (t) => {
  const { coordinator, startCoordinator } = await foundedCluster(t)
  const here = bookOver(coordinator.systemStore)
  assert.deepEqual(await here.current(), NOTHING_SAID)
  assert.equal((await note(here, 'a')).kind, 'said')
  await coordinator.stop()
  const second = startCoordinator()
  await ready(second, 3)
  const there = await bookOver(second.systemStore).current()
  assert.deepEqual(
    there?.acknowledged.map(({ incident }) => incident),
    ['a'],
  )
})

test('two who speak at once are both heard', async (t) => {
  const { coordinator, startCoordinator } = await foundedCluster(t)
  const second = startCoordinator()
  await ready(second, 3)
  const books = [coordinator, second].map(({ systemStore }) => bookOver(systemStore))
  const said = await Promise.all(
    ['a', 'b', 'c'].flatMap((name) => books.map((book, i) => note(book, `${name}${i}`))),
  )
  assert.ok(said.every(({ kind }) => kind === 'said'))
  const heard = await books[0]?.current()
  assert.deepEqual(heard?.acknowledged.map(({ incident }) => incident).toSorted(), [
    ...['a0', 'a1', 'b0', 'b1', 'c0', 'c1'],
  ])
})

test('saying it again writes nothing', async (t) => {
  const { coordinator } = await foundedCluster(t)
  let writes = 0
  const book = bookOver({
    read: coordinator.systemStore.read,
    write: (some) => {
      writes += 1
      return coordinator.systemStore.write(some)
    },
  })
  await note(book, 'a')
  await note(book, 'a')
  assert.equal(writes, 1)
})

test('who is always interrupted is told so after some attempts', async () => {
  let reads = 0
  const book = bookOver({
    read: async () => {
      reads += 1
      return [{ kind: 'absent' }]
    },
    write: async () => [{ kind: 'mismatch', etag: 'other' }],
  })
  assert.deepEqual(await note(book, 'a'), { kind: 'contended' })
  assert.equal(reads, SAY_ATTEMPTS_MAX)
})

test('a store that cannot be asked is told as it is; a detector keeps what it knew', async () => {
  const book = bookOver({
    read: async () => [{ kind: 'unavailable', needed: 2, had: 1 }],
    write: async () => [],
  })
  assert.deepEqual(await note(book, 'a'), { kind: 'unavailable', needed: 2, had: 1 })
  assert.equal(await book.current(), undefined)
})

test('a document that is none of ours is not overwritten', async (t) => {
  const { coordinator } = await foundedCluster(t)
  const text = JSON.stringify({ mutes: 'all' })
  await coordinator.systemStore.write([{ key: SAYINGS_KEY, text, ifNoneMatch: '*' }])
  const book = bookOver(coordinator.systemStore)
  assert.deepEqual(await note(book, 'a'), { kind: 'unreadable' })
  assert.deepEqual(await book.read(), { kind: 'unreadable' })
})
