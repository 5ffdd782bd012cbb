import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Turns } from './turns.ts'

test('few at once, then by rank and by order; what is aborted meanwhile is not begun', async () => {
  const turns = new Turns(1)
  const begun: string[] = []
  const gone = new AbortController()
  const { signal } = new AbortController()
  const first = Promise.withResolvers<void>()
  const take = (name: string, rank: number, until = Promise.resolve(), abort = signal) =>
    turns.take(rank, abort, async () => {
      begun.push(name)
      await until
    })
  const all = [
    take('first', 3, first.promise),
    take('band', 3),
    take('gone', 1, undefined, gone.signal),
    take('chart a', 0),
    take('chart b', 0),
  ]
  gone.abort()
  assert.deepEqual(begun, ['first'])
  first.resolve()
  const outcomes = await Promise.allSettled(all)
  assert.deepEqual(begun, ['first', 'chart a', 'chart b', 'band'])
  assert.equal(outcomes.filter(({ status }) => status === 'rejected').length, 1)
})
