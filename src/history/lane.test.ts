import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Lane } from './lane.ts'

test('few work at once, some wait, the least first, and the next one is refused', async () => {
  const lane = new Lane(2, 3)
  const begun: string[] = []
  const ends: (() => void)[] = []
  const enter = ([name, size]: readonly [string, number]) =>
    lane.run(size, async () => {
      begun.push(name)
      await new Promise<void>((resolve) => ends.push(resolve))
      return name
    })
  const sizes = { a: 9, b: 1, c: 9, d: 2, e: 2 }
  const entered = Object.entries(sizes).map(enter)
  assert.equal(await enter(['f', 1]), undefined)
  assert.deepEqual(begun, ['a', 'b'])
  for (let ended = 0; ended < 5; ended += 1) {
    ends[ended]?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.deepEqual(begun, ['a', 'b', 'd', 'e', 'c'])
  assert.deepEqual(await Promise.all(entered), Object.keys(sizes))
})

test('work that fails makes room as any other does', async () => {
  const lane = new Lane(1, 0)
  await assert.rejects(
    lane.run(1, () => Promise.reject(new Error('broken'))),
    /broken/,
  )
  assert.equal(await lane.run(1, async () => 7), 7)
})
