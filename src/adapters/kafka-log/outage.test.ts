import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NetworkError, UserError } from '@platformatic/kafka'
import { instantClock } from '../../../test/support/instant-clock.ts'
import { recordingTrace } from '../../../test/support/traces.ts'
import { LogError } from '../../ports/log.ts'
import { ask, askUntilAnswered, createOutage, within } from './outage.ts'
import { AWAY_WAIT_MS_FIRST, AWAY_WAIT_MS_MAX, DEFAULT_TUNING } from './tuning.ts'

const never = new Promise<never>(() => {})
const refused = () =>
  new NetworkError('Connection to kafka:9092 failed.', { cause: new Error('connect ECONNREFUSED') })

function openWorld() {
  const trace = recordingTrace()
  const waits: number[] = []
  const clock = instantClock()
  const noting = {
    ...clock,
    sleep(delayMs: number, signal?: AbortSignal) {
      waits.push(delayMs)
      return clock.sleep(delayMs, signal)
    },
  }
  const tuning = DEFAULT_TUNING
  return { bootstrap: ['kafka:9092'], clock: noting, trace, tuning, waits }
}

const codeOf = (code: string) => (error: unknown) =>
  error instanceof LogError && error.code === code

test('an answer in time is an answer', async () => {
  assert.equal(await within(instantClock(), 5_000, Promise.resolve('yes')), 'yes')
  await assert.rejects(within(instantClock(), 5_000, never), /no answer within 5000 ms/)
})

test('a question is given up after its patience, and says why', async () => {
  const world = openWorld()
  await assert.rejects(
    ask(world, 'readings', () => never),
    codeOf('unavailable'),
  )
  await assert.rejects(
    ask(world, 'readings', () => Promise.reject(refused())),
    /Kafka at kafka:9092 does not answer: connect ECONNREFUSED\. Start the broker/,
  )
})

test('an unknown topic is not an outage, and a bug is a bug', async () => {
  const world = openWorld()
  const unknown = () => Promise.reject(new UserError('Unknown topic readings.'))
  await assert.rejects(ask(world, 'readings', unknown), codeOf('unknown-topic'))
  await assert.rejects(
    ask(world, 'readings', () => Promise.reject(new TypeError('a bug'))),
    TypeError,
  )
})

test('waits grow up to a limit, and an outage is said once', async () => {
  const world = openWorld()
  const outage = createOutage(world, { topic: 'readings' })
  const { signal } = new AbortController()
  for (let failure = 0; failure < 6; failure += 1) await outage.failed(refused(), signal)
  outage.passed()
  outage.passed()
  assert.equal(world.waits[0], AWAY_WAIT_MS_FIRST)
  assert.equal(world.waits[1], 2 * AWAY_WAIT_MS_FIRST)
  assert.equal(world.waits.at(-1), AWAY_WAIT_MS_MAX)
  const levels = world.trace.facts.map(({ level }) => level)
  assert.deepEqual(levels, ['warn', ...Array(5).fill('debug'), 'info'])
})

test('asking goes on until there is an answer, or nobody wants it', async () => {
  const world = openWorld()
  const outage = createOutage(world, {})
  const stop = new AbortController()
  let asked = 0
  const question = async () => {
    asked += 1
    if (asked < 4) throw refused()
    return 'an answer'
  }
  assert.equal(await askUntilAnswered(world, 't', outage, stop.signal, question), 'an answer')
  assert.equal(asked, 4)
  const stopping = async () => {
    stop.abort()
    throw refused()
  }
  assert.equal(await askUntilAnswered(world, 't', outage, stop.signal, stopping), undefined)
})
