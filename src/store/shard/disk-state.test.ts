import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DiskState, FULL_RETRY_MS } from './disk-state.ts'
import { SELDOM_ABOUTS_MAX, SELDOM_MS, Seldom } from './seldom.ts'

test('a full disk is tried again now and then, and is news once', () => {
  const disk = new DiskState()
  assert.ok(disk.isWritable && disk.mayTry(0))
  assert.equal(disk.wasFull(10), true)
  assert.equal(disk.isWritable, false)
  assert.equal(disk.mayTry(10 + FULL_RETRY_MS - 1), false)
  assert.equal(disk.mayTry(10 + FULL_RETRY_MS), true)
  assert.equal(disk.wasFull(10 + FULL_RETRY_MS), false, 'no news')
  assert.equal(disk.mayTry(11 + FULL_RETRY_MS), false)
})

test('the first group that is written ends it', () => {
  const disk = new DiskState()
  assert.equal(disk.wrote(), false)
  disk.wasFull(0)
  assert.equal(disk.wrote(), true)
  assert.ok(disk.isWritable && disk.mayTry(1))
  assert.equal(disk.wrote(), false)
  assert.equal(disk.wasFull(2), true)
})

test('the same is said once a minute, and the list of what was said does not grow for ever', () => {
  const seldom = new Seldom()
  const said = [0, 1, SELDOM_MS - 1, SELDOM_MS].map((nowMs) => seldom.allows('a', nowMs))
  assert.deepEqual(said, [true, false, false, true])
  assert.equal(seldom.allows('b', SELDOM_MS + 1), true)
  for (let i = 0; i < SELDOM_ABOUTS_MAX; i += 1) seldom.allows(`${i}`, SELDOM_MS + 2)
  assert.equal(seldom.allows('b', SELDOM_MS + 3), true, 'forgotten rather than kept without end')
})
