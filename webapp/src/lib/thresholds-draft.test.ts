import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  changeLimit,
  draftOf,
  FACTORY_SET,
  isChanged,
  limitOf,
  setInherits,
  thresholdsOf,
} from './thresholds-draft.ts'

const OWN = { ...FACTORY_SET, kw_max: 9 }
const SAVED = { default: FACTORY_SET, per_floor: { '2': OWN } }

test('a floor without a set of its own inherits, and what is saved comes back the same', () => {
  const draft = draftOf(SAVED, [1, 2])
  assert.equal(draft.perFloor['1'], null)
  assert.deepEqual(thresholdsOf(draft), SAVED)
})

test('restoring the default takes a floor out of what is saved', () => {
  const draft = setInherits(draftOf(SAVED, [1, 2]), '2', true)
  assert.deepEqual(thresholdsOf(draft), { default: FACTORY_SET, per_floor: {} })
})

test('a floor that gets its own set begins with the default, as it is being edited', () => {
  const edited = changeLimit(draftOf(SAVED, [1]), null, 'kw_max', '10,5')
  const own = setInherits(edited, '1', false)
  assert.equal(thresholdsOf(own)?.per_floor['1']?.kw_max, 10.5)
})

test('a field that is no number keeps all from being saved', () => {
  for (const text of ['', 'x', '-1', 'Infinity']) assert.equal(limitOf(text), undefined, text)
  const draft = changeLimit(draftOf(SAVED, []), '2', 'kw_max', 'x')
  assert.equal(thresholdsOf(draft), undefined)
})

test('typing the same number in another way is no change', () => {
  const before = draftOf(SAVED, [1])
  assert.equal(isChanged(changeLimit(before, null, 'kw_max', '11,0'), before), false)
  assert.equal(isChanged(changeLimit(before, null, 'kw_max', '12'), before), true)
})
