import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeStore } from '../../test/support/fake-store.ts'
import { instantClock } from '../../test/support/instant-clock.ts'
import { scriptedLog } from '../../test/support/scripted-log.ts'
import { silentTrace } from '../../test/support/traces.ts'
import { seededRandom } from '../adapters/seeded-random.ts'
import { sha256 } from '../adapters/sha256.ts'
import { REQUEST_LENGTH_MAX, requestsOf, writeUntilHeld } from './held-writes.ts'

const writesOf = (...lengths: readonly number[]) =>
  lengths.map((length, n) => ({ key: String(n), text: 'x'.repeat(length - 1) }))
const countsOf = (...lengths: readonly number[]) =>
  requestsOf(writesOf(...lengths)).map((request) => request.length)

test('a batch is one request up to the limit of a request, and none is empty', () => {
  assert.deepEqual(countsOf(REQUEST_LENGTH_MAX - 10, 10), [2])
  assert.deepEqual(countsOf(), [])
})

test('giants are split, in order, each write once', () => {
  assert.deepEqual(countsOf(REQUEST_LENGTH_MAX - 10, 11, 12), [1, 2])
  assert.deepEqual(countsOf(5, REQUEST_LENGTH_MAX + 1, 5), [1, 1, 1])
  const keys = requestsOf(writesOf(5, REQUEST_LENGTH_MAX, 5)).flat()
  assert.deepEqual(
    keys.map((write) => write.key),
    ['0', '1', '2'],
  )
})

test('a store that is busy is left alone for as long as it asks', async () => {
  const [store, clock] = [fakeStore(), instantClock()]
  const world = { log: scriptedLog(), store, clock, random: seededRandom(1), trace: silentTrace }
  const options = { topic: 't', group: 'g', deadLetterTopic: 'd', indexSize: 5, expectedShards: 1 }
  let refusals = 1
  store.onWrite = () => (refusals-- > 0 ? { kind: 'busy', retryAfterMs: 3_000 } : undefined)
  const never = new AbortController().signal
  const refused = await writeUntilHeld({ ...world, hash: sha256 }, options, writesOf(5), never)
  assert.deepEqual(refused, [])
  assert.equal(clock.monotonicMs(), 3_000)
  assert.equal(store.text('0'), 'xxxx')
})
