import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Lane } from './lane.ts'

test('few work at once, some wait in order, and the next one is refused', async () => {
  const lane = new Lane(2, 1)
  const begun: string[] = []
  const ends: (() => void)[] = []
  const enter = (name: string) =>
    lane.run(async () => {
      begun.push(name)
      await new Promise<void>((resolve) => ends.push(resolve))
      return name
    })
  const entered = ['a', 'b', 'c'].map(enter)
  assert.equal(await enter('d'), undefined)
  assert.deepEqual(begun, ['a', 'b'])
  ends[0]?.()
  assert.equal(await entered[0], 'a')
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(begun, ['a', 'b', 'c'])
  for (const end of ends) end()
  assert.deepEqual(await Promise.all(entered), ['a', 'b', 'c'])
})

test('work that fails makes room as any other does', async () => {
  const lane = new Lane(1, 0)
  await assert.rejects(
    lane.run(() => Promise.reject(new Error('broken'))),
    /broken/,
  )
  assert.equal(await lane.run(async () => 7), 7)
})
