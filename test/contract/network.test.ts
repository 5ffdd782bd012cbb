/**
 * The networks on the suite of their port.
 */
import { createHttpNetwork } from '../../src/adapters/http-network.ts'
import { createLocalNetwork } from '../../src/adapters/local-network.ts'
import { systemClock } from '../../src/adapters/system-clock.ts'
import { listenAsShard } from '../support/shard-server.ts'
import { networkSuite } from './network.suite.ts'

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
  const network = createHttpNetwork(systemClock)
  t.after(() => network.close())
  return { network, listen: (endpoint) => listenAsShard(t, endpoint) }
})
