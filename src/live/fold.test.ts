import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aNotification } from '../../test/support/live-world.ts'
import { seededRandom } from '../adapters/seeded-random.ts'
import type { Random } from '../ports/random.ts'
import type { AdmittedRecord } from './alert-record.ts'
import {
  AlertFold,
  type FoldOptions,
  foldLimits,
  REMEMBERED_IDS_MIN,
  REPLAY_EVENTS_MAX,
} from './fold.ts'
import { LIST_LIMIT_MAX } from './notification-list.ts'

const SECOND = 1_000

/** A fold that is told records in short: an id, perhaps its time and who raised it. */
function foldOf(options: Partial<FoldOptions> = {}, startOffset = 0) {
  const fold = new AlertFold(startOffset, { bufferSize: 3, suppressMs: 20 * SECOND, ...options })
  let offset = startOffset
  const told = (id: string, atMs: number, isOurs: boolean) => {
    const record = { kind: 'notification', notification: aNotification(id), isOurs } as const
    return fold.take(offset++, atMs, record) !== undefined
  }
  return {
    fold,
    /** Whether it is shown. */
    foreign: (id: string, atMs = 0) => told(id, atMs, false),
    ours: (id: string, atMs = 0) => told(id, atMs, true),
    read: (...ids: string[]) => void fold.take(offset++, 0, { kind: 'read', ids }),
    garbage: () => fold.take(offset++, 0, undefined),
    ids: () => fold.list().map(({ id }) => id),
    replay: (after: number) => fold.shownAfter(after)?.map(({ notification }) => notification.id),
  }
}

test('the list holds the newest, oldest first, and each of them is unread once', () => {
  const { foreign, garbage, fold, ids } = foldOf()
  for (const id of ['a', 'b', 'c', 'd']) assert.equal(foreign(id), true)
  garbage()
  assert.deepEqual(ids(), ['b', 'c', 'd'])
  assert.equal(fold.unread, 3)
  assert.equal(fold.nextOffset, 5)
  assert.equal(fold.newestOffset, 3)
})

test('what is still in the list is a repeat, however old', () => {
  const { foreign, ids } = foldOf()
  foreign('a', 0)
  assert.equal(foreign('a', 3_600 * SECOND), false)
  assert.deepEqual(ids(), ['a'])
})

test('what has left the list is a repeat for 20 s since it was last seen', () => {
  const { foreign } = foldOf({ bufferSize: 1 })
  foreign('a', 0)
  foreign('b', 0)
  assert.equal(foreign('a', 20 * SECOND - 1), false)
  assert.equal(foreign('a', 39 * SECOND), false)
  assert.equal(foreign('a', 59 * SECOND), true)
})

test('writers whose clocks differ do not make a repeat look new', () => {
  const { foreign } = foldOf({ bufferSize: 1 })
  foreign('a', 100 * SECOND)
  foreign('b', 100 * SECOND)
  assert.equal(foreign('a', 0), false)
  assert.equal(foreign('a', 119 * SECOND), false)
  assert.equal(foreign('a', 139 * SECOND), true)
})

test('our own alarms are shown once, however long they are sent again', () => {
  const { foreign, ours } = foldOf({ bufferSize: 1, suppressMs: 0 })
  assert.equal(ours('a'), true)
  for (let i = 0; i < 5_000; i += 1) foreign(`x${i}`)
  assert.equal(ours('a', 1e12), false)
})

test('ids are remembered up to a limit, the longest unseen go first', () => {
  const { foreign, ours } = foldOf({ bufferSize: 1, suppressMs: 0 })
  ours('old')
  ours('kept')
  for (let i = 0; i < REMEMBERED_IDS_MIN - 2; i += 1) foreign(`x${i}`)
  assert.equal(ours('kept'), false)
  foreign('one too many')
  foreign('two too many')
  assert.equal(ours('kept'), false)
  assert.equal(ours('old'), true)
})

test('reading lowers the count once for each id; unknown and known ones change nothing', () => {
  const { foreign, read, fold } = foldOf()
  for (const id of ['a', 'b', 'c']) foreign(id)
  read('b', 'nobody')
  assert.equal(fold.unread, 2)
  read('b', 'b')
  assert.equal(fold.unread, 2)
  read('a', 'c')
  assert.equal(fold.unread, 0)
})

test('reading nothing in particular lowers the count by one, never below none', () => {
  const { foreign, read, fold } = foldOf()
  for (const id of ['a', 'b', 'c']) foreign(id)
  read()
  assert.equal(fold.unread, 2)
  read('c')
  assert.equal(fold.unread, 2)
  read()
  read()
  read()
  assert.equal(fold.unread, 0)
})

test('an unread one that leaves the list counts no more, a read one never did', () => {
  const { foreign, read, fold } = foldOf()
  for (const id of ['a', 'b', 'c']) foreign(id)
  read('b')
  foreign('d')
  assert.equal(fold.unread, 2)
  foreign('e')
  assert.equal(fold.unread, 3)
})

test('a stream resumes after any offset, shown or not, beyond the list', () => {
  const { foreign, read, replay } = foldOf()
  foreign('a')
  read('a')
  foreign('a')
  for (const id of ['b', 'c', 'd', 'e']) foreign(id)
  assert.deepEqual(replay(-1), ['a', 'b', 'c', 'd', 'e'])
  for (const after of [0, 1, 2]) assert.deepEqual(replay(after), ['b', 'c', 'd', 'e'])
  assert.deepEqual(replay(5), ['e'])
  assert.deepEqual(replay(6), [])
})

test('further back than the limit nothing is replayed', () => {
  const { foreign, replay } = foldOf()
  const count = 5 * REPLAY_EVENTS_MAX + 7
  for (let i = 0; i < count; i += 1) foreign(`x${i}`)
  assert.equal(replay(count - REPLAY_EVENTS_MAX - 1)?.length, REPLAY_EVENTS_MAX)
  assert.equal(replay(count - REPLAY_EVENTS_MAX - 2), undefined)
  assert.equal(replay(0), undefined)
})

test('a fold that begins in mid-log cannot speak of what was before', () => {
  const { foreign, replay } = foldOf({}, 100)
  foreign('a')
  assert.deepEqual(replay(99), ['a'])
  assert.equal(replay(98), undefined)
})

test('records that come again are not taken again', () => {
  const { fold, foreign } = foldOf()
  foreign('a')
  const record = { kind: 'notification', notification: aNotification('b'), isOurs: false } as const
  assert.equal(fold.take(0, 0, record), undefined)
  assert.deepEqual(fold.list().length, 1)
})

test('after a gap in the log the list begins anew, and known ids stay known', () => {
  const { fold, ours, replay, ids } = foldOf()
  for (const id of ['a', 'b']) ours(id)
  fold.skipTo(2)
  assert.deepEqual([ids(), fold.unread, fold.nextOffset, fold.newestOffset], [[], 0, 2, 1])
  assert.equal(replay(0), undefined)
  assert.deepEqual(replay(1), [])
  assert.equal(ours('a'), false)
  assert.equal(ours('c'), true)
  assert.deepEqual(ids(), ['c'])
})

test('a larger list raises the limits, and replay reaches beyond what can be asked for', () => {
  assert.ok(REPLAY_EVENTS_MAX > LIST_LIMIT_MAX)
  for (const bufferSize of [1, 200, 100_000]) {
    const { rememberedIdsMax, startRecordsMax } = foldLimits(bufferSize)
    assert.ok(rememberedIdsMax >= 2 * bufferSize && rememberedIdsMax >= REMEMBERED_IDS_MIN)
    assert.ok(startRecordsMax >= 2 * rememberedIdsMax)
  }
})

test('the list is right at any size, one included', () => {
  const { foreign, ids, fold } = foldOf({ bufferSize: 1 })
  foreign('a')
  foreign('b')
  assert.deepEqual(ids(), ['b'])
  assert.equal(fold.unread, 1)
  assert.equal(fold.wasShown(0), true)
  assert.equal(fold.wasShown(2), false)
})

test('a coordinator that starts late comes to the same as one that ran all the time', () => {
  const random = seededRandom('late')
  const options = { bufferSize: 20, suppressMs: 20 * SECOND }
  const { startRecordsMax } = foldLimits(options.bufferSize)
  const records = Array.from({ length: 2 * startRecordsMax }, (_, i) => aRecord(random, i))
  const foldFrom = (start: number) => {
    const fold = new AlertFold(start, options)
    for (let i = start; i < records.length; i += 1) fold.take(i, i * SECOND, records[i])
    return fold
  }
  const [running, late] = [foldFrom(0), foldFrom(records.length - startRecordsMax)]
  assert.deepEqual(late.list(), running.list())
  assert.equal(late.unread, running.unread)
  const after = records.length - REPLAY_EVENTS_MAX
  assert.deepEqual(late.shownAfter(after), running.shownAfter(after))
  assert.ok((running.shownAfter(after)?.length ?? 0) > 100 && running.unread > 0)
})

/** Most are new; some repeat one of the last, some are read. */
function aRecord(random: Random, i: number): AdmittedRecord {
  const id = (back: number) => `n${i - random.below(back)}`
  if (random.chance(0.2)) return { kind: 'read', ids: random.chance(0.3) ? [] : [id(30), id(10)] }
  const isOurs = random.chance(0.5)
  const back = random.chance(0.2) ? REMEMBERED_IDS_MIN / 2 : random.chance(0.5) ? 40 : 1
  return { kind: 'notification', notification: aNotification(id(back)), isOurs }
}
