/**
 * A limit is tried over as long a time as the coordinator reads at once.
 */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { QueryClient } from '@tanstack/react-query'
import { previewQuery } from './queries.ts'

const HOUR_SECONDS = 3_600
const counted = { readings: 100, over: 10, notifications: 3 }
const preview = { floor: 2, metric: 'kw', value: 9, toSeconds: 1_772_445_600 } as const

/** A coordinator that reads so many hours at once; the hours of each question. */
function reading(t: TestContext, hoursMax: number): readonly number[] {
  const asked: number[] = []
  t.mock.method(globalThis, 'fetch', async (address: string) => {
    const { searchParams } = new URL(address, 'http://coordinator')
    const [from, to] = ['from', 'to'].map((name) => Date.parse(searchParams.get(name) ?? ''))
    const hours = (Number(to) - Number(from)) / 1000 / HOUR_SECONDS
    asked.push(hours)
    if (hours <= hoursMax) return Response.json(counted)
    return Response.json({ detail: [{ loc: ['query', 'from'], msg: 'too many' }] }, { status: 422 })
  })
  return asked
}

const noRetries = () => new QueryClient({ defaultOptions: { queries: { retry: false } } })

test('a week of it, when that can be read', async (t) => {
  const asked = reading(t, 7 * 24)
  assert.deepEqual(await noRetries().fetchQuery(previewQuery(preview)), {
    span: 'week',
    ...counted,
  })
  assert.deepEqual(asked, [168])
})

test('where a building measures more often, a day or the last hour', async (t) => {
  const asked = reading(t, 24)
  assert.equal((await noRetries().fetchQuery(previewQuery(preview)))?.span, 'day')
  assert.deepEqual(asked, [168, 24])
})

test('what is refused even for the last hour is refused', async (t) => {
  const asked = reading(t, 0)
  await assert.rejects(noRetries().fetchQuery(previewQuery(preview)), /from too many/)
  assert.deepEqual(asked, [168, 24, 1])
})
