import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openStatistics } from '../adapters/sqlite-statistics.ts'
import { statisticsCache } from './statistics-cache.ts'

const SLOT = { weekday: 0, halfHour: 17 }

/** A history of these floors with one half hour of so many kW each. */
function tableOf(floors: readonly number[], kw: number) {
  const table = openStatistics({ path: ':memory:' })
  const insert = (value: number) =>
    table.insert(
      floors.map((floor) => ({
        ...{ floor, startIso: '2026-01-05T07:30:00+00:00', ...SLOT, kw: value },
        ...{ corrente: null, tensione: null, dkwh: null },
      })),
    )
  insert(kw)
  return { table, insert }
}

test('others may work after each floor; until all are read the old statistics hold', async () => {
  const { table, insert } = tableOf([1, 2, 3], 5)
  const cache = statisticsCache(table)
  await cache.refresh(async () => {})
  insert(7)
  const meanwhile: (number | undefined)[] = []
  const slots = await cache.refresh(async () => {
    meanwhile.push(cache.find(1, SLOT, 'kw')?.mean)
  })
  assert.deepEqual(meanwhile, [5, 5, 5])
  assert.equal(slots, 3)
  assert.equal(cache.find(1, SLOT, 'kw')?.mean, 7)
  table.close()
})

test('what is not known is not found, and a refresh that fails leaves what was known', async () => {
  const { table } = tableOf([1], 5)
  const cache = statisticsCache(table)
  assert.equal(cache.find(1, SLOT, 'kw'), undefined)
  await cache.refresh(async () => {})
  table.close()
  await assert.rejects(cache.refresh(async () => {}))
  assert.equal(cache.find(1, SLOT, 'kw')?.count, 1)
  for (const [floor, halfHour] of [
    [2, 17],
    [1, 18],
  ] as const) {
    assert.equal(cache.find(floor, { weekday: 0, halfHour }, 'kw'), undefined)
  }
  assert.equal(cache.find(1, SLOT, 'corrente'), undefined)
})
