import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EMPTY_RUNS, nextRun, RUN_LENGTHS_MAX, type Runs, runChance } from './runs.ts'

const MEMORY = 10_000
const after = (values: readonly number[], runs: Runs = EMPTY_RUNS) =>
  values.reduce((known, value) => nextRun(known, value, MEMORY), runs)
const varied = Array.from({ length: 2_000 }, (_, i) => i % 97)

test('a run is rare for a meter that never repeats itself, and usual for one that does', () => {
  const lively = after([...varied, 5, 5, 5])
  const coarse = after([...varied.flatMap((value) => [value, value, value]), 5, 5, 5])
  assert.ok(runChance(lively) < 1e-3)
  assert.ok(runChance(coarse) > 0.2)
})

test('a longer run is never more usual than a shorter one', () => {
  let runs = after(varied)
  let before = 1
  for (let length = 1; length < 100; length += 1) {
    runs = nextRun(runs, 42.5, MEMORY)
    const chance = runChance({ ...after(varied), value: 42.5, length })
    assert.ok(chance <= before)
    before = chance
  }
})

test('a meter that froze for a month costs no more to judge than after an hour', () => {
  const runs = after(varied)
  const chances = [200, 1_000, 86_400].map((length) => runChance({ ...runs, value: 42.5, length }))
  assert.ok(chances.every((chance, i) => chance <= (chances[i - 1] ?? 1) && chance >= 0))
  const steps = countedReads(runs, { value: 42.5, length: 86_400 })
  assert.ok(steps <= 4 * RUN_LENGTHS_MAX, `${steps} reads`)
})

/** How often the books are looked into. */
function countedReads(runs: Runs, run: Pick<Runs, 'value' | 'length'>): number {
  let reads = 0
  const reached = new Proxy(runs.others.reached, {
    get: (book, key) => {
      reads += 1
      return Reflect.get(book, key)
    },
  })
  runChance({ ...runs, ...run, others: { reached } })
  return reads
}

test('zeros of a meter that rests at zero every night say nothing of other values', () => {
  const night = new Array<number>(8).fill(0)
  const runs = after(
    varied.flatMap((value, i) => (i % 20 === 0 ? [...night, value + 1] : [value + 1])),
  )
  const zeros = runChance({ ...runs, value: 0, length: 6 })
  const others = runChance({ ...runs, value: 7, length: 6 })
  assert.ok(zeros > 1e-2)
  assert.ok(others < 1e-4)
})

test('the book does not grow without end', () => {
  const runs = after(new Array<number>(50_000).fill(3))
  assert.ok(runs.others.reached.length <= 60)
  assert.ok(Math.max(...runs.others.reached) <= MEMORY + 1)
})

test('a zero now and then that alarms does not soon pass for usual', () => {
  let runs = after(varied.map((value) => value + 1))
  const first = runChance({ ...runs, value: 0, length: 1 })
  for (let month = 0; month < 48; month += 1) {
    for (let i = 0; i < 730; i += 1) runs = nextRun(runs, 1 + (i % 97), 4_320)
    runs = nextRun(runs, 0, 4_320, 0.1)
  }
  assert.ok(runChance({ ...runs, value: 0, length: 1 }) < first * 8)
})
