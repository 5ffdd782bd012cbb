/**
 * What the watch has learned, over HTTP: told by floor, of all or of one.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { learnedKey } from '../../src/model/keys.ts'
import { MONDAY_MS } from '../support/evidence.ts'
import { coordinatorFace } from '../support/face.ts'

test('what the watch has learned is told by floor', async (t) => {
  const face = await coordinatorFace(t)
  const of = (floor: number) => ({
    ...{ floor, metric: 'kw', learned: 'first-days', days: 1.2, stepMs: null, shift: null },
    ...{ alarmsPerMonth: null, timeMs: MONDAY_MS },
  })
  const text = (floor: number) => JSON.stringify(of(floor))
  await face.store.write([
    ...[2, 10, 1].map((floor) => ({ key: learnedKey(floor, 'kw'), text: text(floor) })),
    { key: learnedKey(3, 'kw'), text: '{"by":"hand"}' },
  ])
  const all = await face.get('/api/v1/learned')
  assert.deepEqual([all.status, all.body.items], [200, [of(1), of(2), of(10)]])
  assert.deepEqual((await face.get('/api/v1/learned?floor=1')).body.items, [of(1)])
  const wrong = await face.get('/api/v1/learned?floor=x')
  assert.equal(wrong.status, 422)
  assert.match(wrong.text, /must be a floor/)
})
