import assert from 'node:assert/strict'
import { keysOf } from '../../../test/contract/store-scan.suite.ts'
import { careWorld, rowsOf } from '../../../test/support/care-world.ts'
import { foundedCluster, story } from '../../../test/support/store-cluster.ts'
import { must } from '../../model/must.ts'
import { SCAN_ROUNDS_MAX, SCANS_UNDER_WAY_MAX, scanPage } from './scanner.ts'

story(`${SCANS_UNDER_WAY_MAX} scans and exports are under way, one more is busy`, async (t) => {
  const { coordinator } = await foundedCluster(t)
  const { store, backup } = coordinator
  await store.write([{ key: 'a', text: '{}' }])
  const half = Array.from({ length: SCANS_UNDER_WAY_MAX / 2 })
  const under = half.flatMap(() => [
    store.scan({ limit: 5 }),
    backup.exportPage({ from: '', limit: 5 }),
  ])
  assert.equal((await store.scan({ limit: 5 })).kind, 'busy')
  assert.equal((await backup.exportPage({ from: '', limit: 5 })).kind, 'busy')
  const kinds = (await Promise.all(under)).map(({ kind }) => kind)
  assert.deepEqual(new Set(kinds), new Set(['page']))
  assert.equal((await store.scan({ limit: 5 })).kind, 'page', 'there is room again')
})

story('behind more deleted keys than one page goes past a scan finds the rest', async (t) => {
  const { store } = (await foundedCluster(t)).coordinator
  const deleted = Array.from({ length: 2 * SCAN_ROUNDS_MAX }, (_, n) => `k${100 + n}`)
  await store.write(['first', ...deleted, 'last'].map((key) => ({ key, text: '1' })))
  await store.write(deleted.map((key) => ({ key, text: null })))
  for (const reverse of [false, true]) {
    const bound = reverse ? { to: 'last' } : { from: 'first\0' }
    const page = await store.scan({ limit: 1, reverse, ...bound })
    assert.ok(page.kind === 'page' && page.entries.length === 0)
    assert.notEqual(page.next, null, 'it has not come to the end')
    const expected = ['first', 'last']
    assert.deepEqual(
      await keysOf(store, { limit: 1, reverse }),
      reverse ? expected.toReversed() : expected,
    )
  }
})

story('shards behind the ring count for no partition that has moved since', async () => {
  const { shards, store, fill, goBy } = careWorld(3)
  const former = must(store.view)
  const table = former.ring.table.map((entry) => ({ ...entry, epoch: entry.epoch + 1 }))
  const ring = { ...former.ring, version: former.ring.version + 1, table }
  goBy(ring)
  // The coordinator remembers the one before.
  for (const view of [former, must(store.view)]) store.goBy(view)
  for (const shard of shards) await fill(shard, rowsOf(1))
  const [first, second] = [must(shards[0]), must(shards[1])]
  for (const behind of [first, second]) behind.ring = former.ring
  assert.deepEqual(await scanPage(store, { limit: 9 }), { kind: 'unavailable', needed: 2, had: 1 })
  first.ring = ring
  const page = await scanPage(store, { limit: 9 })
  assert.deepEqual(page.kind === 'page' && page.entries.map(({ key }) => key), ['row 0'])
})
