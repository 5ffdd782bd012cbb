import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../src/adapters/seeded-random.ts'
import { clockOf, Quartz } from './clock.ts'
import { Digest } from './digest.ts'
import { Kernel, Life } from './kernel.ts'

function kernelOf(seed: number | string) {
  return new Kernel(seededRandom(seed), new Digest())
}

async function runAll(kernel: Kernel) {
  while (await kernel.step());
}

test('things come in the order of their time, in whatever order they were planned', async () => {
  const kernel = kernelOf('order')
  const seen: number[] = []
  for (const delayMs of [50, 7, 90, 1, 33, 7.5, 60]) {
    kernel.at(delayMs, kernel.world, 'one', () => void seen.push(kernel.nowMs))
  }
  await runAll(kernel)
  assert.deepEqual(seen, [1, 7, 7.5, 33, 50, 60, 90])
})

test('what falls due together comes in an order that the seed decides', async () => {
  const orderOf = async (seed: number) => {
    const kernel = kernelOf(seed)
    const seen: number[] = []
    for (let i = 0; i < 6; i += 1) kernel.at(1, kernel.world, 'one', () => void seen.push(i))
    await runAll(kernel)
    return seen.join('')
  }
  const orders = await Promise.all([1, 2, 3, 4].map(orderOf))
  assert.ok(new Set(orders).size > 1)
  assert.equal(await orderOf(1), orders[0])
})

test('a function that a crash left half done never goes on', async () => {
  const kernel = kernelOf('crash')
  const life = new Life('node')
  const clock = clockOf(kernel, new Quartz(kernel), life)
  const seen: string[] = []
  void (async () => {
    await clock.sleep(5)
    seen.push('first')
    await clock.sleep(5)
    seen.push('never')
  })()
  kernel.at(7, kernel.world, 'crash', () => life.end())
  await runAll(kernel)
  assert.deepEqual(seen, ['first'])
})

test('a paused process gets everything when it wakes', async () => {
  const kernel = kernelOf('pause')
  const life = new Life('node')
  const seen: number[] = []
  for (const delayMs of [1, 2, 30]) {
    kernel.at(delayMs, life, 'one', () => void seen.push(kernel.nowMs))
  }
  life.pausedUntilMs = 20
  await runAll(kernel)
  assert.deepEqual(seen, [20, 20, 30])
})

test('a clock that runs fast wakes early, and a jump moves the wall alone', async () => {
  const kernel = kernelOf('clock')
  const quartz = new Quartz(kernel)
  quartz.rate = 2
  const clock = clockOf(kernel, quartz, kernel.world)
  const wallMs = clock.wallMs()
  let wokeMs = 0
  void clock.sleep(100).then(() => {
    wokeMs = kernel.nowMs
  })
  await runAll(kernel)
  assert.equal(wokeMs, 50)
  quartz.skewMs = -1_000
  assert.equal(clock.monotonicMs(), 100)
  assert.equal(clock.wallMs(), wallMs + 100 - 1_000)
})

test('whoever does things without end in one moment does not hold the run up', async () => {
  const kernel = new Kernel(seededRandom(1), new Digest())
  const again = () => void kernel.at(0, kernel.world, 'again', again)
  again()
  assert.equal(await kernel.until(() => false, 1_000), false)
  assert.equal(kernel.nowMs, 0)
})
