/**
 * Requests for stored readings in each other's company; what they answer, http-history.test.ts
 * tells over HTTP.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { fakeStore } from '../../test/support/fake-store.ts'
import { systemClock } from '../adapters/system-clock.ts'
import { createHistory, READERS_MAX, READERS_WAITING_MAX } from './history.ts'

const QUERY = { floor: 1, metric: 'kw', fromMs: 0, toMs: 60_000, stepSeconds: 60 } as const

test('so many read at once, so many wait, and who comes then is told to come again', async () => {
  const store = fakeStore()
  const { read } = store
  const held = Promise.withResolvers<void>()
  let reading = 0
  store.read = async (keys) => {
    reading += 1
    await held.promise
    return await read(keys)
  }
  const createTrial = () => {
    throw new Error('this test tries no limit')
  }
  const history = createHistory({ clock: systemClock, store, createTrial })
  const ask = () => history.points(QUERY, () => true)
  const asked = Array.from({ length: READERS_MAX + READERS_WAITING_MAX }, ask)
  await turn()
  assert.equal(reading, READERS_MAX)
  const refused = await Promise.race([ask(), turn()])
  assert.ok(refused?.kind === 'busy' && refused.retryAfterMs > 0)
  held.resolve()
  const outcomes = await Promise.all(asked)
  assert.ok(outcomes.every(({ kind }) => kind === 'done'))
  assert.equal((await ask()).kind, 'done')
})
