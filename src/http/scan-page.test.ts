import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SCAN_PAGE_BYTES_MAX, withinBytes } from './scan-page.ts'

const entry = (key: string, characters: number) => ({ key, text: 'x'.repeat(characters) })
const pageOf = (...entries: { key: string; text: string }[]) =>
  ({ kind: 'page', entries, next: null }) as const

test('a page that fits stays as it is', () => {
  const page = pageOf(entry('a', 4), entry('b', 4))
  assert.equal(withinBytes(page, false, 10), page)
})

test('one that does not is cut, and the next one begins where it ended', () => {
  const forward = withinBytes(pageOf(entry('a', 4), entry('b', 4), entry('c', 1)), false, 11)
  assert.deepEqual(forward, { ...pageOf(entry('a', 4), entry('b', 4)), next: 'c' })
  const backward = withinBytes(pageOf(entry('c', 4), entry('b', 4), entry('a', 1)), true, 11)
  assert.deepEqual(backward, { ...pageOf(entry('c', 4), entry('b', 4)), next: 'b' })
})

test('bytes are counted, not characters', () => {
  const euros = { key: 'a', text: '€€' }
  assert.equal(withinBytes(pageOf(euros, entry('b', 1)), false, 8).next, 'b')
})

test('a document that is too long for a page has one for itself', () => {
  const page = pageOf(entry('a', 50), entry('b', 50))
  assert.deepEqual(withinBytes(page, false, 10), { ...pageOf(entry('a', 50)), next: 'b' })
  assert.equal(SCAN_PAGE_BYTES_MAX, 8_388_608)
})
