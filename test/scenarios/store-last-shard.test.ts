/**
 * The last shard takes all keys with it, so it goes only without any: whoever asks for it may have
 * looked too early, or not seen anything.
 */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Network } from '../../src/ports/network.ts'
import { localShards } from '../support/local-shards.ts'
import { reasonOf, write } from '../support/ring-stories.ts'
import { ready, startCoordinatorOn } from '../support/store-cluster.ts'

type Ask = Network['ask']

/** One shard; `ask` stands between it and its coordinator. */
async function lastShard(t: TestContext, ask: (through: Ask) => Ask) {
  const { network, addresses } = localShards(t, 1)
  const one = startCoordinatorOn(
    t,
    { ...network, ask: ask((...asked) => network.ask(...asked)) },
    { bootstrap: addresses },
  )
  await ready(one, 1)
  const [address = ''] = addresses
  const remove = () => one.ring.removeNode(address)
  return { one, address, remove }
}

test('the last shard is not let go while its greeting does not arrive', async (t) => {
  let isLost = false
  const { one, remove } = await lastShard(t, (through) => async (to, request, timeoutMs) => {
    if (isLost && request.kind === 'hello') return { kind: 'silence', reason: 'lost' }
    return through(to, request, timeoutMs)
  })
  assert.equal(await write(one, 'a'), 'done')
  isLost = true
  assert.match(reasonOf(await remove()), /last shard.*Nothing was changed/)
  isLost = false
  assert.equal((await one.store.read(['a']))[0]?.kind, 'found')
})

for (const step of ['ring.promise', 'ring.accept']) {
  test(`a key that comes between the last look and ${step} stays, and its shard too`, async (t) => {
    let writes: (() => Promise<string | undefined>) | undefined
    const outcomes: (string | undefined)[] = []
    const { one, remove } = await lastShard(t, (through) => async (to, request, timeoutMs) => {
      if (writes && request.kind === step) {
        const now = writes
        writes = undefined
        outcomes.push(await now())
      }
      return through(to, request, timeoutMs)
    })
    writes = () => write(one, 'a')
    const { kind } = await remove()
    assert.deepEqual([outcomes, kind], [['done'], 'unreachable'])
    assert.equal((await one.store.read(['a']))[0]?.kind, 'found')
    assert.match(reasonOf(await remove()), /last shard.*Nothing was changed/)
  })
}

test('a key that comes once the last shard has accepted to go is refused', async (t) => {
  let writes: (() => Promise<string | undefined>) | undefined
  const outcomes: (string | undefined)[] = []
  const { one, address, remove } = await lastShard(
    t,
    (through) => async (to, request, timeoutMs) => {
      const answer = await through(to, request, timeoutMs)
      if (writes && request.kind === 'ring.accept') {
        const now = writes
        writes = undefined
        outcomes.push(await now())
      }
      return answer
    },
  )
  writes = () => write(one, 'a')
  assert.deepEqual(await remove(), { kind: 'changed', nodes: [] })
  assert.equal(outcomes.length, 1)
  assert.notEqual(outcomes[0], 'done')
  assert.equal((await one.ring.addNode(address)).kind, 'changed')
  assert.equal((await one.store.read(['a']))[0]?.kind, 'absent')
})
