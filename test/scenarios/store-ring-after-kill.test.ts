/**
 * The ring is changed right after the coordinator was killed that carried changes out: for some
 * seconds nobody does, and whoever asks waits for them rather than being refused.
 */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { systemClock } from '../../src/adapters/system-clock.ts'
import type { Network } from '../../src/ports/network.ts'
import type { CoordinatorOptions } from '../../src/store/coordinator/coordinator.ts'
import { FAST_CARE } from '../support/cared-cluster.ts'
import { eventually } from '../support/eventually.ts'
import { reasonOf } from '../support/ring-stories.ts'
import { ready, startCoordinatorOn, storeCluster, story } from '../support/store-cluster.ts'

/** Long against what an empty store takes to move, and shorter than it takes to take over. */
const CHANGE_WAIT_MS = 2_500
/** Two coordinators of one seed would have one name. */
const OTHER_SEED = 99
const CARE = { ...FAST_CARE, takeOverMs: 4_000 }

/** Three shards, and two coordinators, of which the first cares for them until it is killed. */
async function caredByTheFirst(t: TestContext, options: CoordinatorOptions = {}) {
  const cluster = storeCluster(t, 3)
  cluster.addShard('local:late', 'id-late')
  cluster.addShard('local:later', 'id-later')
  let isDead = false
  const network: Network = {
    ask: async (to, request) =>
      isDead ? { kind: 'silence', reason: 'it is dead' } : cluster.network.ask(to, request),
    close: async () => {},
  }
  const bootstrap = cluster.addresses
  const first = startCoordinatorOn(t, network, { bootstrap, care: CARE }, systemClock, OTHER_SEED)
  await ready(first, 3)
  await eventually('the first one cares', () => first.care())
  const changes = { changeWaitMs: CHANGE_WAIT_MS, care: CARE, ...options }
  const second = cluster.startCoordinator({ bootstrap, ...changes })
  await ready(second, 3)
  await eventually('nothing moves', () => second.ring.info().rebalance === null)
  const kill = () => {
    isDead = true
  }
  return { second, kill }
}

story(
  'one shard after another is taken in, though nobody moves partitions for a while',
  async (t) => {
    const { second, kill } = await caredByTheFirst(t)
    kill()
    for (const address of ['local:late', 'local:later']) {
      const outcome = await second.ring.addNode(address)
      assert.equal(outcome.kind, 'changed', reasonOf(outcome))
    }
    assert.equal(second.ring.info().totalNodes, 5)
  },
)

story('meanwhile it is said what the change waits for', async (t) => {
  const { second, kill } = await caredByTheFirst(t)
  kill()
  await second.ring.addNode('local:late')
  const waitingFor = () => second.ring.info().rebalance?.waitingFor ?? ''
  const sentence = /has not been heard of for \d s\. Another one takes over in about \d s\.$/
  await eventually('it is said', () => sentence.test(waitingFor()))
})

story('where nobody takes over it is refused, and the refusal says why', async (t) => {
  const never = { ...CARE, takeOverMs: 3_600_000 }
  const limits = { changeWaitMs: 200, unattendedWaitMs: 300 }
  const { second, kill } = await caredByTheFirst(t, { care: never, ...limits })
  kill()
  await second.ring.addNode('local:late')
  const outcome = await second.ring.addNode('local:later')
  assert.equal(outcome.kind, 'conflict')
  assert.match(reasonOf(outcome), /add local:late.*has not been heard of.*Nothing was changed/)
})
