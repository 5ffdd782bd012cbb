/**
 * What the watch has learned, over HTTP: told by floor, of all or of one, page by page.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LEARNED_MAX } from '../../src/history/learned.ts'
import { learnedKey } from '../../src/model/keys.ts'
import { MONDAY_MS } from '../support/evidence.ts'
import { coordinatorFace } from '../support/face.ts'
import type { WireAnswer } from '../support/wire-client.ts'

const of = (floor: number) => ({
  ...{ floor, metric: 'kw', learned: 'first-days', days: 1.2, stepMs: null, shift: null },
  ...{ alarmsPerMonth: null, timeMs: MONDAY_MS },
})
const kept = (floor: number) => ({ key: learnedKey(floor, 'kw'), text: JSON.stringify(of(floor)) })

test('what the watch has learned is told by floor', async (t) => {
  const face = await coordinatorFace(t)
  const byHand = { key: learnedKey(3, 'kw'), text: '{"by":"hand"}' }
  await face.store.write([...[2, 10, 1].map(kept), byHand])
  const all = await face.get('/api/v1/learned')
  assert.deepEqual([all.status, all.body], [200, { items: [of(1), of(2), of(10)], next: null }])
  assert.deepEqual((await face.get('/api/v1/learned?floor=1')).body.items, [of(1)])
  const wrong = await face.get('/api/v1/learned?floor=x')
  assert.equal(wrong.status, 422)
  assert.match(wrong.text, /must be a floor/)
})

test('of many series so many are told at once, and where the rest is', async (t) => {
  const face = await coordinatorFace(t)
  const floors = Array.from({ length: LEARNED_MAX + 1 }, (_, i) => i + 1)
  await face.store.write(floors.map(kept))
  const items = ({ body }: WireAnswer) => body.items as readonly { readonly floor: number }[]
  const first = await face.get('/api/v1/learned')
  assert.equal(items(first).length, LEARNED_MAX)
  const rest = await face.get(`/api/v1/learned?from=${encodeURIComponent(String(first.body.next))}`)
  assert.deepEqual([items(rest).length, rest.body.next], [1, null])
  const told = [...items(first), ...items(rest)].map(({ floor }) => floor)
  assert.deepEqual(new Set(told), new Set(floors))
})
