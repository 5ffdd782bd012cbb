/**
 * Readings that are none, and odd ones that are: through the log into the store and the dead-letter
 * topic with real processes, on both logs. Nothing that a sender can do holds up the readings
 * behind it.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { sha256 } from '../../src/adapters/sha256.ts'
import { topicDeclarations } from '../../src/app/topics.ts'
import { DEAD_LETTER_VALUE_BYTES_MAX, type DeadLetter } from '../../src/ingestion/dead-letter.ts'
import { must } from '../../src/model/must.ts'
import type { Log } from '../../src/ports/log.ts'
import { eventually } from '../support/eventually.ts'
import { type LogDescription, openDescribed } from '../support/log-description.ts'
import { viewLog } from '../support/log-view.ts'
import { startIngestion, startStore, stopMembers } from '../support/pipeline.ts'
import { PATIENT, temporaryFolder } from '../support/process.ts'
import { sharedKafka } from '../support/shared-kafka.ts'
import { wireClient } from '../support/wire-client.ts'

const kafka = await sharedKafka()
/** Each run has a topic of its own on a broker that it shares. */
const TOPIC = `energyguard.readings.odd-${process.pid}-${Date.now()}`
const ARRIVAL_MS_MAX = 60_000

const FINE = { piano: 1, timestamp: '2024-03-04T08:00:00Z', sensore2_kw: 5 }
const json = (changed: object) => JSON.stringify({ ...FINE, ...changed })
const inAYear = new Date(Date.now() + 366 * 24 * 3_600_000).toISOString()
const PADDING = 'è'.repeat(480 * 1024)

/** What is sent, and what the dead letter must say of it. */
const BAD: readonly (readonly [value: string, field: string, reason: RegExp])[] = [
  ['kw: 5', '(whole record)', /not a JSON object/],
  ['', '(whole record)', /not a JSON object/],
  ['[1, 2]', '(whole record)', /not a JSON object/],
  ['"5 kW"', '(whole record)', /not a JSON object/],
  ['{"piano": 1, "times', '(whole record)', /not a JSON object/],
  [json({ piano: undefined }), 'piano', /integer >= 1/],
  [json({ piano: 0 }), 'piano', /integer >= 1/],
  [json({ piano: -3 }), 'piano', /integer >= 1/],
  [json({ piano: 1.5 }), 'piano', /integer >= 1/],
  [json({ piano: '1' }), 'piano', /integer >= 1/],
  [json({ piano: 1e300 }), 'piano', /integer >= 1/],
  [json({ timestamp: undefined }), 'timestamp', /ISO 8601/],
  [json({ timestamp: 1_709_539_200 }), 'timestamp', /ISO 8601/],
  [json({ timestamp: '2024-03-04T08:00:00' }), 'timestamp', /with an offset or Z/],
  [json({ timestamp: '2024-02-30T08:00:00Z' }), 'timestamp', /ISO 8601/],
  [json({ timestamp: inAYear }), 'timestamp', /s ahead of the clock/],
  [json({ sensore2_kw: undefined }), 'sensore2_kw', /must be there/],
  [json({ sensore2_kw: -0.1 }), 'sensore2_kw', />= 0/],
  [json({ sensore2_kw: '5' }), 'sensore2_kw', />= 0/],
  [json({ sensore3_tensione: [230] }), 'sensore3_tensione', />= 0/],
  [json({ delta_kwh: -1 }), 'delta_kwh', />= 0/],
  [json({ sensore1_kwh: 1e308 }), 'sensore1_kwh', /is 1e\+308; at most 1000000000 is taken/],
  [json({ note: PADDING }), '(whole record)', /characters long; at most/],
]

/** Odd, but readings, and kept as they were sent. Each has a second of its own. */
const ODD: readonly string[] = [
  json({ timestamp: '2024-03-04T10:00:01+02:00' }),
  json({ timestamp: '2024-03-04 08:00:02.000001Z' }),
  json({ timestamp: '2024-03-04T03:00:03-0500', piano: 2_147_483_648 }),
  json({ timestamp: '2024-03-04T08:00:04Z', 'a/b': 1, 'c%d': 2, 'e+f': 3, '漢字 🏢': 'è' }),
  json({ timestamp: '2024-03-04T08:00:05Z', __proto__x: null, '': '', sensore1_kwh: null }),
  ` {"sensore2_kw":5.0,"timestamp":"2024-03-04T08:00:06Z","piano":1,"piano_nome":"A\\u00e8"}\n`,
]

for (const [name, skip] of [
  ['the embedded log', false],
  ['Kafka', kafka.skip],
] as const) {
  test(`on ${name}, what is no reading is a dead letter and the rest flows on`, async (t) => {
    if (skip) return t.skip(skip)
    await oddReadingsFlow(
      t,
      name === 'Kafka'
        ? { kind: 'kafka', options: { bootstrap: kafka.bootstrap.split(',') } }
        : { kind: 'sqlite', options: { path: join(temporaryFolder('log'), 'log.db') } },
    )
  })
}

async function oddReadingsFlow(t: TestContext, description: LogDescription): Promise<void> {
  const log = await openDescribed(description)
  t.after(() => log.close())
  await log.declare(topicDeclarations(TOPIC))
  const logFlags =
    description.kind === 'kafka'
      ? ['--kafka-bootstrap', kafka.bootstrap]
      : ['--log-path', description.options.path]
  const store = await startStore({ logFlags, env: PATIENT })
  const ingestion = await startIngestion(store, {
    logFlags: [...logFlags, '--topic', TOPIC, '--group-id', TOPIC],
  })
  const letters = await sendAll(log)
  await oddOnesAreStored(store.url)
  await lettersArrive(log, letters)
  await stopMembers([ingestion, store.coordinator, ...store.shards])
}

/** A bad one before each odd one, all on one partition. Resolves to the dead letters to be. */
async function sendAll(log: Log): Promise<readonly DeadLetter[]> {
  const send = async (value: string) => must((await log.append(TOPIC, [{ key: '1', value }]))[0])
  const letters: DeadLetter[] = []
  for (const [position, [value, field, reason]] of BAD.entries()) {
    const place = await send(value)
    letters.push({ ...place, topic: TOPIC, field, reason: reason.source, ...kept(value) })
    const odd = ODD[position]
    if (odd !== undefined) await send(odd)
  }
  await send(json({ timestamp: '2024-03-04T08:00:59Z' }))
  return letters
}

/** The value as it was sent; of a long one its beginning, in whole characters, and its hash. */
function kept(value: string) {
  const bytes = Buffer.from(value)
  if (bytes.length <= DEAD_LETTER_VALUE_BYTES_MAX) return { value }
  const beginning = bytes
    .subarray(0, DEAD_LETTER_VALUE_BYTES_MAX)
    .toString()
    .replace(/\uFFFD$/, '')
  return { value: beginning, sha256: sha256(value), original_bytes: bytes.length }
}

async function oddOnesAreStored(url: string): Promise<void> {
  const client = wireClient(url)
  const latest = async () => (await client.get('/key/energy:p1:latest')).body.value
  await eventually(
    'the last reading is stored',
    async () => String(JSON.stringify(await latest())).includes('08:00:59Z'),
    ARRIVAL_MS_MAX,
  )
  for (const text of ODD) {
    const { piano, timestamp } = JSON.parse(text)
    const key = `energy:p${piano}:${timestamp}`
    const answer = await client.get(`/key/${encodeURIComponent(key)}`)
    assert.deepEqual([answer.status, answer.text], [200, `{"value":${text}}`], key)
  }
  const plus = await client.get('/key/energy:p1:2024-03-04T10:00:01+02:00')
  assert.equal(plus.status, 200, 'a + that is not encoded is a +')
}

async function lettersArrive(log: Log, expected: readonly DeadLetter[]): Promise<void> {
  const view = viewLog(log)
  const found = await eventually(
    'all dead letters are there',
    async () => {
      const own = (await view.deadLetters()).filter(({ topic }) => topic === TOPIC)
      return own.length >= expected.length ? own : undefined
    },
    ARRIVAL_MS_MAX,
  )
  assert.equal(found.length, expected.length)
  for (const [position, { reason, ...rest }] of expected.entries()) {
    const { reason: given, ...letter } = must(found[position])
    assert.match(given, new RegExp(reason))
    assert.deepEqual(letter, rest)
  }
}
