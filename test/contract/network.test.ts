/**
 * The networks on the suite of their port.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLocalNetwork } from '../../src/adapters/local-network.ts'
import { systemClock } from '../../src/adapters/system-clock.ts'
import { frameNetwork, httpNetwork } from '../support/http-network.ts'
import { scriptedServer } from '../support/scripted-server.ts'
import { listenAsShard, listenInFrames } from '../support/shard-server.ts'
import { networkSuite, PATIENT_MS } from './network.suite.ts'

networkSuite('local', () => {
  const network = createLocalNetwork(systemClock)
  let listeners = 0
  return {
    network,
    async listen(endpoint) {
      listeners += 1
      const address = `local:kv${listeners}`
      let leave = network.register(address, endpoint)
      return {
        address,
        stop: async () => leave(),
        async start() {
          leave = network.register(address, endpoint)
        },
      }
    },
  }
})

networkSuite('HTTP', (t) => {
  const network = httpNetwork(t)
  return { network, listen: (endpoint) => listenAsShard(t, endpoint) }
})

networkSuite('frames', (t) => {
  const network = frameNetwork(t)
  return {
    network,
    async listen(endpoint) {
      const { address, stop, start } = await listenInFrames(t, endpoint)
      await network.open(address)
      return { address, stop, start }
    },
  }
})

test('HTTP: what waited too long for a connection is refused and never sent', async (t) => {
  const network = httpNetwork(t)
  const heard = new Set<number>()
  const { promise: waiting, resolve: goOn } = Promise.withResolvers<void>()
  const { address } = await listenAsShard(t, async (request) => {
    heard.add((request as { readonly n: number }).n)
    await waiting
    return { kind: 'greeting' }
  })
  const ask = (n: number, timeoutMs: number) =>
    network.ask(address, Object.assign({ kind: 'greeting' }, { n }), timeoutMs)
  const patient = Array.from({ length: 8 }, (_, n) => ask(n, PATIENT_MS))
  const hasty = await Promise.all([100, 101, 102].map((n) => ask(n, 40)))
  assert.deepEqual(
    hasty.map(({ kind }) => kind),
    ['refused', 'refused', 'refused'],
  )
  goOn()
  await Promise.all(patient)
  assert.equal((await ask(8, PATIENT_MS)).kind, 'answer')
  assert.deepEqual(
    [...heard].sort((a, b) => a - b),
    [0, 1, 2, 3, 4, 5, 6, 7, 8],
  )
})

test('HTTP: a reply without end is given up long before the memory is', async (t) => {
  const network = httpNetwork(t)
  const server = await scriptedServer(t)
  const chunk = Buffer.alloc(1024 * 1024, 'x')
  server.answer = (_, response) => {
    const pour = () => {
      while (!response.destroyed && response.write(chunk));
    }
    response.on('drain', pour)
    pour()
  }
  const answer = await network.ask(server.url, { kind: 'greeting' }, PATIENT_MS)
  assert.deepEqual(answer, { kind: 'silence', reason: 'the reply is too long' })
})
