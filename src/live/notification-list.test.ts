import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aNotification } from '../../test/support/live-world.ts'
import { LIST_LIMIT_MAX, selectNewest } from './notification-list.ts'

const list = Array.from({ length: LIST_LIMIT_MAX + 5 }, (_, i) => aNotification(`n${i}`, i))
const ids = (some: readonly { id: string }[]) => some.map(({ id }) => id)

test('a limit takes the newest and is clamped, never refused', () => {
  assert.deepEqual(ids(selectNewest(list, 2)), ['n1003', 'n1004'])
  assert.deepEqual(ids(selectNewest(list, 2.9)), ['n1003', 'n1004'])
  for (const small of [0, -7, Number.NEGATIVE_INFINITY, Number.NaN]) {
    assert.deepEqual(ids(selectNewest(list, small)), ['n1004'])
  }
  for (const large of [LIST_LIMIT_MAX + 1, 1e9, Number.POSITIVE_INFINITY]) {
    assert.equal(selectNewest(list, large).length, LIST_LIMIT_MAX)
  }
})

test('since keeps what is strictly newer by its own time, then the limit counts', () => {
  assert.deepEqual(ids(selectNewest(list.slice(0, 4), 50, 1)), ['n2', 'n3'])
  assert.deepEqual(ids(selectNewest(list.slice(0, 4), 50, 0.5)), ['n1', 'n2', 'n3'])
  assert.deepEqual(ids(selectNewest(list.slice(0, 4), 1, 1)), ['n3'])
  assert.deepEqual(selectNewest(list.slice(0, 4), 50, 3), [])
})
