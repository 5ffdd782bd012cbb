/**
 * Found by simulation (a coordinator that had not heard of the new ring, while the first keys were
 * written): its scan counted who covers what by the former ring, and told that a key was absent
 * whose replicas it had never asked. Scans now carry the version of the ring, as writes and reads
 * carry the epoch.
 */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Network } from '../../src/ports/network.ts'
import { settled } from '../support/cared-cluster.ts'
import { localShards } from '../support/local-shards.ts'
import { ready, startCoordinatorOn } from '../support/store-cluster.ts'

test('a coordinator with a former ring scans in the new one', async (t) => {
  const { network, addresses } = localShards(t, 5)
  const bootstrap = addresses.slice(0, 3)
  const writer = startCoordinatorOn(t, network, { bootstrap })
  await ready(writer, 3)
  const late = bootstrap.map((away, n) => lateWithout(t, network, bootstrap, away, n + 2))
  for (const one of late) await ready(one, 3)
  for (const address of addresses.slice(3)) {
    assert.equal((await writer.ring.addNode(address)).kind, 'changed')
    await settled(writer)
  }
  const keys = Array.from({ length: 60 }, (_, n) => `k${10 + n}`)
  const outcomes = await writer.store.write(keys.map((key) => ({ key, text: '1' })))
  assert.ok(outcomes.every(({ kind }) => kind === 'done'))
  for (const { store, ring } of late) {
    assert.equal(ring.info().totalNodes, 3)
    const page = await store.scan({ limit: 100 })
    assert.deepEqual(page.kind === 'page' && page.entries.map(({ key }) => key), keys)
  }
})

/** Greets the shards once and then no more, and reaches one of them for nothing but greetings. */
function lateWithout(
  t: TestContext,
  network: Network,
  bootstrap: readonly string[],
  away: string,
  seed: number,
) {
  const oneAway: Network = {
    ...network,
    async ask(to, request, timeoutMs) {
      const isLost = to === away && request.kind === 'scan'
      return isLost ? { kind: 'silence', reason: 'away' } : network.ask(to, request, timeoutMs)
    },
  }
  const options = { bootstrap, pingEveryMs: 3_600_000, care: { beatMs: 3_600_000 } }
  return startCoordinatorOn(t, oneAway, options, undefined, seed)
}
