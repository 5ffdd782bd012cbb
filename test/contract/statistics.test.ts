/**
 * What every StatisticsTable must do, and what the one over SQLite makes of files that it did not
 * write itself.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import { openStatistics } from '../../src/adapters/sqlite-statistics.ts'
import type { BucketAverage, StatisticsTable } from '../../src/ports/statistics.ts'
import { everythingIn } from '../support/statistics.ts'

const folder = mkdtempSync(join(tmpdir(), 'statistics-'))
after(() => rmSync(folder, { recursive: true }))
let files = 0
const newPath = () => join(folder, 'nested', `${++files}.db`)

/** Half hour number `week` of Mondays 08:30, floor 1. */
function monday(week: number, change: Partial<BucketAverage> = {}): BucketAverage {
  const startIso = new Date(Date.UTC(2026, 0, 5 + week * 7, 7, 30)).toISOString()
  const averages = { kw: 5, corrente: 12, tensione: 226, dkwh: 0.04 }
  return { floor: 1, startIso, weekday: 0, halfHour: 17, ...averages, ...change }
}

const find = (table: StatisticsTable, metric: string) =>
  everythingIn(table).find((entry) => entry.floor === 1 && entry.metric === metric)

test('an empty table knows nothing, in a folder that was not there', () => {
  const table = openStatistics({ path: newPath() })
  assert.deepEqual(everythingIn(table), [])
  table.close()
})

test('mean, sample deviation and count come for each floor, weekday, slot and metric', () => {
  const table = openStatistics({ path: newPath() })
  table.insert([4, 5, 9].map((kw, week) => monday(week, { kw })))
  table.insert([
    monday(0, { floor: 2 }),
    monday(0, { weekday: 1, startIso: '2026-01-06T07:30:00Z' }),
  ])
  const kw = find(table, 'kw')
  assert.deepEqual([kw?.weekday, kw?.halfHour, kw?.count, kw?.mean], [0, 17, 3, 6])
  assert.ok(Math.abs((kw?.standardDeviation ?? 0) - Math.sqrt(7)) < 1e-12)
  assert.equal(find(table, 'delta_kwh')?.mean, 0.04)
  assert.equal(everythingIn(table).length, 3 * 4)
  table.close()
})

test('floors are told each once, ascending, and each is read by itself', () => {
  const table = openStatistics({ path: newPath() })
  for (const floor of [10, 2, 1]) {
    table.insert([monday(0, { floor, kw: floor }), monday(1, { floor, kw: floor })])
  }
  assert.deepEqual(table.floors(), [1, 2, 10])
  const kw = table.read(10).filter(({ metric }) => metric === 'kw')
  assert.deepEqual(
    kw.map(({ floor, mean, count }) => [floor, mean, count]),
    [[10, 10, 2]],
  )
  assert.deepEqual(table.read(3), [])
  table.close()
})

test('one value has deviation 0, and a null average does not count', () => {
  const table = openStatistics({ path: newPath() })
  table.insert([monday(0), monday(1, { kw: null })])
  assert.equal(find(table, 'kw')?.count, 1)
  assert.equal(find(table, 'kw')?.standardDeviation, 0)
  assert.equal(find(table, 'corrente')?.count, 2)
  table.close()
})

test('small deviations of large values are exact', () => {
  const table = openStatistics({ path: newPath() })
  table.insert([1e9 + 1, 1e9 + 2, 1e9 + 3].map((tensione, week) => monday(week, { tensione })))
  assert.equal(find(table, 'tensione')?.standardDeviation, 1)
  table.close()
})

test('the same floor and half hour again replaces the row', () => {
  const path = newPath()
  const table = openStatistics({ path })
  table.insert([monday(0, { kw: 1 }), monday(1, { kw: 2 })])
  table.insert([monday(1, { kw: 4 })])
  table.insert([monday(1, { kw: 4 })])
  assert.deepEqual([find(table, 'kw')?.count, find(table, 'kw')?.mean], [2, 2.5])
  table.close()
  const file = new DatabaseSync(path)
  assert.equal(file.prepare('SELECT count(*) AS rows FROM readings').get()?.rows, 2)
  file.close()
})

test('rows outlive a close, and two processes may hold the same file', () => {
  const path = newPath()
  const [one, other] = [openStatistics({ path }), openStatistics({ path })]
  one.insert([monday(0)])
  other.insert([monday(1)])
  assert.equal(find(one, 'kw')?.count, 2)
  one.close()
  other.close()
  const again = openStatistics({ path })
  assert.equal(find(again, 'kw')?.count, 2)
  again.close()
})

test('rows that fail half way leave nothing behind', () => {
  const table = openStatistics({ path: newPath() })
  const broken = { ...monday(1), startIso: null } as unknown as BucketAverage
  assert.throws(() => table.insert([monday(0), broken]))
  assert.deepEqual(everythingIn(table), [])
  table.insert([monday(0)])
  assert.equal(find(table, 'kw')?.count, 1)
  table.close()
})

test('a file of the original is used as it is, a half hour that it holds twice counts once', () => {
  const path = join(folder, 'original.db')
  const original = new DatabaseSync(path)
  original.exec(`CREATE TABLE readings (id INTEGER PRIMARY KEY AUTOINCREMENT, ts_iso TEXT,
    weekday INTEGER, halfhour INTEGER, floor INTEGER,
    kw REAL, corrente REAL, tensione REAL, dkwh REAL)`)
  const insert = original.prepare(
    `INSERT INTO readings (ts_iso, weekday, halfhour, floor, kw) VALUES (?, 0, 17, 1, ?)`,
  )
  for (const kw of [3, 7]) insert.run('2025-01-06T08:30:00+00:00', kw)
  insert.run('2025-01-13T08:30:00+00:00', 9)
  original.close()
  const table = openStatistics({ path })
  assert.deepEqual([find(table, 'kw')?.count, find(table, 'kw')?.mean], [2, 8])
  table.insert([monday(0, { kw: 8 })])
  assert.equal(find(table, 'kw')?.count, 3)
  table.close()
})

test('another table of that name is refused with a sentence', () => {
  const path = join(folder, 'another.db')
  const another = new DatabaseSync(path)
  another.exec('CREATE TABLE readings (ts_iso TEXT, kw REAL)')
  another.close()
  assert.throws(() => openStatistics({ path }), /lacks weekday, halfhour, floor, .*another file/)
})
