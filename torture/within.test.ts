import assert from 'node:assert/strict'
import { test } from 'node:test'
import { within } from './within.ts'

test('what is settled in time is handed on, well or not', async () => {
  assert.equal(await within(60_000, 'it', Promise.resolve(3)), 3)
  await assert.rejects(within(60_000, 'it', Promise.reject(new Error('no'))), /no/)
})

test('what takes too long is told by its name', async () => {
  await assert.rejects(within(10, 'the move', new Promise(() => {})), /the move took more than/)
})
