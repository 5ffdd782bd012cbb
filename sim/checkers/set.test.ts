import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConditionalEntry } from '../history.ts'
import { failed, put, read, refused } from './conditional-entries.ts'
import { checkSets } from './set.ts'

const SET = { use: 'set' } as const
const text = (by: string, ...elements: readonly string[]) => JSON.stringify({ by, elements })

/** The change that adds the last of the elements. */
const add = (elements: string, start: number, end?: number) =>
  put(text(elements.slice(-1), ...elements), start, end, SET)
const see = (elements: string, start: number, end: number) =>
  read(elements === '' ? null : text('anyone', ...elements), start, end, SET)

const sentences = (...entries: readonly ConditionalEntry[]) =>
  checkSets(entries).map(({ sentence }) => sentence.replace(/^read \d+ of k via co1 /, ''))

test('an element that was acknowledged is in every read that begins later', () => {
  const additions = [add('a', 1, 2), add('ab', 3, 4)]
  assert.deepEqual(sentences(...additions, see('ab', 5, 6)), [])
  assert.deepEqual(sentences(...additions, see('a', 3, 6)), [], 'a read at the same time')
  assert.deepEqual(sentences(...additions, see('b', 5, 6)), ['lacks what was acknowledged: a'])
  assert.deepEqual(sentences(...additions, see('', 5, 6)), ['lacks what was acknowledged: a,b'])
})

test('an element in doubt may be there or not', () => {
  const additions = [add('a', 1, 2), add('ab', 3)]
  assert.deepEqual(sentences(...additions, see('a', 5, 6), see('ab', 7, 8)), [])
})

test('an element that was never added, was refused, or comes later is not there', () => {
  const alien = ['shows what nobody can have added: b']
  assert.deepEqual(sentences(add('a', 1, 2), see('ab', 3, 4)), alien)
  assert.deepEqual(sentences(add('a', 1, 2), see('ab', 3, 4), add('ab', 5, 6)), alien)
  assert.deepEqual(sentences(add('a', 1, 2), refused(add('ab', 3, 4)), see('ab', 5, 6)), alien)
  assert.deepEqual(sentences(add('a', 1, 2), failed(add('ab', 3)), see('ab', 5, 6)), alien)
})

test('an element in doubt is not alien, though a retry of it was refused', () => {
  const attempts = [add('ab', 3), refused(add('ab', 4, 5))]
  assert.deepEqual(sentences(add('a', 1, 2), ...attempts, see('ab', 6, 7)), [])
})

test('no element is there twice', () => {
  assert.deepEqual(sentences(add('a', 1, 2), see('aa', 3, 4)), ['shows twice: a'])
})

test('documents that are no sets are left alone', () => {
  const other = { use: 'register' } as const
  assert.deepEqual(checkSets([put('a', 1, 2, other), read(null, 3, 4, other)]), [])
})
