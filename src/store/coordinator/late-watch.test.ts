import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../../../test/support/manual-clock.ts'
import { LateWatch } from './late-watch.ts'

test('each operation hears once that it is late, in the order in which they came', async () => {
  const clock = manualClock()
  const watch = new LateWatch(clock, 30)
  const late: string[] = []
  const add = (name: string) => watch.watch({ late: () => void late.push(name) })
  add('a')
  await clock.advance(10)
  add('b')
  await clock.advance(19)
  assert.deepEqual(late, [])
  await clock.advance(1)
  assert.deepEqual(late, ['a'])
  await clock.advance(15)
  assert.deepEqual(late, ['a', 'b'])
  await clock.advance(100)
  assert.equal(late.length, 2)
})

test('one that is over hears nothing and is not kept', async () => {
  const clock = manualClock()
  const watch = new LateWatch(clock, 30)
  const late: string[] = []
  const add = (name: string) => watch.watch({ late: () => void late.push(name) })
  const [first, , last] = [add('a'), add('b'), add('c')]
  first.end()
  await clock.advance(20)
  last.end()
  await clock.advance(30)
  assert.deepEqual(late, ['b'])
})

test('one that comes after all others have been served is served as well', async () => {
  const clock = manualClock()
  const watch = new LateWatch(clock, 30)
  const late: number[] = []
  for (let round = 1; round <= 3; round += 1) {
    watch.watch({ late: () => void late.push(round) })
    await clock.advance(30)
    assert.equal(late.length, round)
  }
})
