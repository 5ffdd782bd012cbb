import assert from 'node:assert/strict'
import { test } from 'node:test'
import { History } from '../history.ts'
import { checkRings, verdictOn } from './verdict.ts'

test('two rings at the end are one too many', () => {
  assert.deepEqual(checkRings(['a 1', 'a 1', 'a 1']), [])
  assert.equal(checkRings(['a 1', 'a 2', 'a 1'])[0]?.promise, 'S13')
})

test('what never came is a violation of its own', () => {
  const history = new History()
  assert.deepEqual(verdictOn(history, new Map(), 5), [])
  history.stuck.push('co1 did not answer')
  assert.deepEqual(verdictOn(history, new Map(), 5), [
    { promise: 'S20', sentence: 'co1 did not answer' },
  ])
})
