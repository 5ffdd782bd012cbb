/**
 * Questions that failed are asked again, and the same question has the same key.
 */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { QueryClient } from '@tanstack/react-query'
import {
  againAfter,
  eachMinute,
  historyQuery,
  latestQuery,
  RETRY_MS,
  samplesQuery,
  thresholdsQuery,
} from './queries.ts'

const HOUR = { fromSeconds: 1_772_445_600, toSeconds: 1_772_449_200, stepSeconds: 30 }
const POINT = { t: HOUR.fromSeconds, min: 1, mean: 1, max: 1, count: 1 }

/** How soon this history is asked for again after an answer of this status; false = not at all. */
async function againAfterStatus(t: TestContext, status: number): Promise<number | false> {
  const body = status === 200 ? { points: [POINT] } : { detail: '' }
  t.mock.method(globalThis, 'fetch', async () => Response.json(body, { status }))
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const asked = historyQuery(1, 'kw', HOUR)
  assert.equal(asked.refetchInterval, againAfter)
  await client.prefetchQuery(asked)
  const state = client.getQueryState(asked.queryKey)
  assert.ok(state)
  return againAfter({ state })
}

test('a history that failed is asked for again, and one that was answered is not', async (t) => {
  assert.equal(await againAfterStatus(t, 503), RETRY_MS)
  assert.equal(await againAfterStatus(t, 429), RETRY_MS)
  assert.equal(await againAfterStatus(t, 200), false)
})

test('a history of more than is read at once is not asked for again', async (t) => {
  assert.equal(await againAfterStatus(t, 422), false)
})

test('what is asked for each minute is asked for again sooner where it failed', () => {
  const answered = { status: 'success', error: null }
  const failed = { status: 'error', error: new Error('nobody is there') }
  for (const { refetchInterval } of [latestQuery, thresholdsQuery]) {
    assert.equal(refetchInterval, eachMinute)
    assert.equal(eachMinute({ state: answered }), 60_000)
    assert.equal(eachMinute({ state: failed }), RETRY_MS)
  }
})

test('samples are asked for again after a break, and not when floors change their order', () => {
  const { queryKey } = samplesQuery([3, 1, 2], 10, undefined)
  assert.deepEqual(samplesQuery([1, 2, 3], 10, undefined).queryKey, queryKey)
  assert.notDeepEqual(samplesQuery([1, 2, 3], 10, 5_000).queryKey, queryKey)
})
