import assert from 'node:assert/strict'
import { foundedCluster, story } from '../../../test/support/store-cluster.ts'
import { SCANS_UNDER_WAY_MAX } from './scanner.ts'

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
