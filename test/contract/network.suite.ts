/**
 * What every Network must do. An adapter opens one and lets endpoints listen on it; no test looks
 * at absolute times.
 */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Address, Endpoint, Message, Network } from '../../src/ports/network.ts'
import { eventually } from '../support/eventually.ts'

export interface NetworkUnderTest {
  readonly network: Network
  listen(endpoint: Endpoint): Promise<Listening>
}

export interface Listening {
  readonly address: Address
  stop(): Promise<void>
  /** Again at the same address. */
  start(): Promise<void>
}

/** Long enough for any answer that comes at all. */
export const PATIENT_MS = 60_000
const SHORT_MS = 40

/** The network and what listens on it end with the test. */
type OpenNetwork = (t: TestContext) => NetworkUnderTest

interface Carrier extends Message {
  readonly [field: string]: unknown
}
const message = (fields: object): Carrier => ({ kind: 'greeting', ...fields })
const echo: Endpoint = async (request) => message({ request })
const never = () => new Promise<never>(() => {})

export function networkSuite(name: string, open: OpenNetwork): void {
  answerTests(name, open)
  failureTests(name, open)
  refusalTests(name, open)
}

function answerTests(name: string, open: OpenNetwork): void {
  test(`${name}: a request arrives as it was sent, and its answer comes back`, async (t) => {
    const { network, listen } = open(t)
    const { address } = await listen(echo)
    const request = message({
      text: 'è "😀"\n\\',
      list: [1.5, null, true, { deep: [] }],
      none: null,
    })
    const answer = await network.ask(address, request, PATIENT_MS)
    assert.deepEqual(answer, { kind: 'answer', body: message({ request }) })
  })

  test(`${name}: what is undefined does not travel`, async (t) => {
    const { network, listen } = open(t)
    const { address } = await listen(echo)
    const answer = await network.ask(address, message({ gone: undefined, kept: 1 }), PATIENT_MS)
    assert.deepEqual(answer, { kind: 'answer', body: message({ request: message({ kept: 1 }) }) })
  })

  test(`${name}: neither side can change what the other holds`, async (t) => {
    const { network, listen } = open(t)
    const held = message({ list: [{ n: 1 }] })
    const arrived: Carrier[] = []
    const { address } = await listen(async (request) => {
      arrived.push(request as Carrier)
      return held
    })
    const sent = message({ list: [{ n: 1 }] })
    const answer = await network.ask(address, sent, PATIENT_MS)
    assert.ok(answer.kind === 'answer')
    for (const one of [answer.body as Carrier, ...arrived])
      (one.list as { n: number }[])[0] = { n: 2 }
    assert.deepEqual([sent, held], [message({ list: [{ n: 1 }] }), message({ list: [{ n: 1 }] })])
  })

  test(`${name}: messages of megabytes pass`, async (t) => {
    const { network, listen } = open(t)
    const { address } = await listen(echo)
    const request = message({ text: '"è"'.repeat(1024 * 1024) })
    const answer = await network.ask(address, request, PATIENT_MS)
    assert.deepEqual(answer, { kind: 'answer', body: message({ request }) })
  })

  test(`${name}: of many at the same time each gets its own answer`, async (t) => {
    const { network, listen } = open(t)
    const places = await Promise.all([listen(echo), listen(echo)])
    const numbers = Array.from({ length: 200 }, (_, n) => n)
    const asked = numbers.map((n) =>
      network.ask(places[n % 2]?.address ?? '', message({ n }), PATIENT_MS),
    )
    const bodies = (await Promise.all(asked)).map((one) => one.kind === 'answer' && one.body)
    assert.deepEqual(
      bodies,
      numbers.map((n) => message({ request: message({ n }) })),
    )
  })
}

function failureTests(name: string, open: OpenNetwork): void {
  test(`${name}: where nobody listens it is refused, until somebody does`, async (t) => {
    const { network, listen } = open(t)
    const place = await listen(echo)
    const kind = async () => (await network.ask(place.address, message({}), PATIENT_MS)).kind
    assert.equal(await kind(), 'answer')
    await place.stop()
    // A connection that was open may be noticed to be gone only when it is used.
    await eventually('it is refused', async () => (await kind()) === 'refused')
    assert.equal(await kind(), 'refused')
    await place.start()
    assert.equal(await kind(), 'answer')
  })

  test(`${name}: whoever does not answer in time is silent, and others are heard`, async (t) => {
    const { network, listen } = open(t)
    const heard: unknown[] = []
    const mute = await listen((request) => {
      heard.push(request)
      return heard.length === 1 ? echo(request) : never()
    })
    const other = await listen(echo)
    // There is a connection then: it is not the time for one that runs out.
    await network.ask(mute.address, message({}), PATIENT_MS)
    const [silence, answer] = await Promise.all([
      network.ask(mute.address, message({}), SHORT_MS),
      network.ask(other.address, message({}), PATIENT_MS),
    ])
    assert.deepEqual([silence.kind, answer.kind], ['silence', 'answer'])
    assert.match(silence.kind === 'silence' ? silence.reason : '', /no answer within 40 ms/)
    await eventually('it may have been done', () => heard.length === 2)
  })

  test(`${name}: an endpoint that fails is silent: nobody knows what it did`, async (t) => {
    const { network, listen } = open(t)
    const { address } = await listen(() => Promise.reject(new Error('broken')))
    assert.equal((await network.ask(address, message({}), PATIENT_MS)).kind, 'silence')
  })

  test(`${name}: an answer that comes too late is nobody's any more`, async (t) => {
    const { network, listen } = open(t)
    let goOn = () => {}
    const waiting = new Promise<void>((resolve) => {
      goOn = resolve
    })
    const { address } = await listen(async (request) => {
      if ((request as Carrier).n === 1) await waiting
      return message({ request })
    })
    await network.ask(address, message({ n: 0 }), PATIENT_MS)
    const first = await network.ask(address, message({ n: 1 }), SHORT_MS)
    goOn()
    const second = await network.ask(address, message({ n: 2 }), PATIENT_MS)
    const body = message({ request: message({ n: 2 }) })
    assert.deepEqual([first.kind, second], ['silence', { kind: 'answer', body }])
  })
}

function refusalTests(name: string, open: OpenNetwork): void {
  test(`${name}: an address that is none is refused`, async (t) => {
    const { network } = open(t)
    for (const address of ['', 'nowhere', 'local:nobody', 'http:///', '::', 'ftp://example.org']) {
      assert.equal((await network.ask(address, message({}), PATIENT_MS)).kind, 'refused', address)
    }
  })

  test(`${name}: once closed everything is refused`, async (t) => {
    const { network, listen } = open(t)
    const { address } = await listen(echo)
    await network.ask(address, message({}), PATIENT_MS)
    await network.close()
    assert.equal((await network.ask(address, message({}), PATIENT_MS)).kind, 'refused')
    await network.close()
  })
}
