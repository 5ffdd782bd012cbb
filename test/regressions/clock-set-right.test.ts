/**
 * Found by simulation (clock-skew alone, in the second act): a coordinator whose clock had been
 * ahead by minutes was set right, and could write nothing for as long as it had been ahead, since
 * its stamps never went back and the shards refused them all. Only a restart helped. Plain and
 * conditional keys hear of the refusal in places of their own.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../src/adapters/system-clock.ts'
import { localShards } from '../support/local-shards.ts'
import { ready, startCoordinatorOn } from '../support/store-cluster.ts'

for (const key of ['a', 'cas:a']) {
  test(`a coordinator writes again once its clock is set right: ${key}`, async (t) => {
    let aheadMs = 240_000
    const clock = { ...systemClock, wallMs: () => systemClock.wallMs() + aheadMs }
    const { network, addresses } = localShards(t)
    const coordinator = startCoordinatorOn(t, network, { bootstrap: addresses }, clock)
    await ready(coordinator, 3)
    const { store } = coordinator
    const write = async (text: string) => (await store.write([{ key, text }]))[0]?.kind
    assert.equal(await write('1'), 'failed')
    aheadMs = 0
    // The first one is refused and tells the coordinator so.
    await write('2')
    assert.equal(await write('3'), 'done')
    assert.equal(await write('4'), 'done')
    const [read] = await store.read([key])
    assert.deepEqual([read?.kind, read?.kind === 'found' && read.text], ['found', '4'])
  })
}
