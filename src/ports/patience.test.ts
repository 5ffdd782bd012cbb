import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instantClock } from '../../test/support/instant-clock.ts'
import { recordingTrace } from '../../test/support/traces.ts'
import { seededRandom } from '../adapters/seeded-random.ts'
import { untilDone, WAIT_MS_FIRST, WAIT_MS_MAX, waitMs } from './patience.ts'

const worldOf = () => ({
  clock: instantClock(),
  random: seededRandom('patience'),
  trace: recordingTrace(),
})

test('waits grow, carry chance, and have a largest', () => {
  assert.equal(waitMs(1, 0), WAIT_MS_FIRST)
  assert.equal(waitMs(3, 0), WAIT_MS_FIRST * 4)
  assert.ok(waitMs(3, 0.999) >= WAIT_MS_FIRST * 2)
  assert.equal(waitMs(1_000, 0), WAIT_MS_MAX)
  assert.equal(waitMs(1, 0, 700), 700)
  assert.equal(waitMs(1, 0, 3_600_000), WAIT_MS_MAX)
})

test('an outage is said once, and once more when it is over', async () => {
  const world = worldOf()
  let left = 4
  const value = await untilDone(world, 'x.waiting', new AbortController().signal, async () => {
    left -= 1
    return left > 0 ? { kind: 'again', reason: 'away' } : { kind: 'done', value: 'back' }
  })
  assert.equal(value, 'back')
  const said = world.trace.facts.filter((fact) => fact.level !== 'debug')
  assert.deepEqual(
    said.map((fact) => [fact.level, fact.kind]),
    [
      ['warn', 'x.waiting'],
      ['info', 'x.waiting.over'],
    ],
  )
})

test('who is asked to stop does not wait on', async () => {
  const stop = new AbortController()
  const waiting = untilDone(worldOf(), 'x.waiting', stop.signal, async () => {
    stop.abort(new Error('stop'))
    return { kind: 'again', reason: 'away' }
  })
  await assert.rejects(waiting, { message: 'stop' })
})
