import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cursorAfter } from './chart-keys.ts'

test('arrows begin at the newest moment, move one by one, and stay inside', () => {
  assert.equal(cursorAfter('ArrowLeft', null, 5), 4)
  assert.equal(cursorAfter('ArrowLeft', 4, 5), 3)
  assert.equal(cursorAfter('ArrowLeft', 0, 5), 0)
  assert.equal(cursorAfter('ArrowRight', 4, 5), 4)
  assert.equal(cursorAfter('Home', 4, 5), 0)
  assert.equal(cursorAfter('Escape', 3, 5), null)
})

test('other keys move nothing, and an empty chart has no cursor', () => {
  assert.equal(cursorAfter('a', 3, 5), 3)
  assert.equal(cursorAfter('ArrowLeft', null, 0), null)
})
