import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Turn } from './store-driver.ts'
import { BATCH_KEYS, type StoreOrder } from './store-order.ts'
import { nextTurn, progressOf } from './store-turns.ts'

const ORDER: StoreOrder = {
  ...{ operation: 'put', clients: 4, keys: 1000, keyOrder: 'any', firstValue: 500 },
  until: { kind: 'count', requests: 1000 },
}

/** All turns of an order, in so many processes. */
function turnsOf(order: StoreOrder, of: number): readonly Turn[] {
  const turns: Turn[] = []
  for (let number = 0; number < of; number += 1) {
    const progress = progressOf(order, { number, of })
    for (let n = 0; ; n += 1) {
      const turn = nextTurn(progress, n % (order.clients / of), 0)
      if (!turn) break
      turns.push(turn)
    }
  }
  return turns
}

const distinct = (numbers: readonly number[]): number => new Set(numbers).size

test('no value is written twice, by whatever process', () => {
  const values = turnsOf(ORDER, 2).map(({ value }) => value)
  assert.equal(distinct(values), 1000)
  assert.equal(Math.min(...values), 500)
})

test('filling touches every key once', () => {
  const fill: StoreOrder = { ...ORDER, keyOrder: 'each' }
  assert.equal(distinct(turnsOf(fill, 2).flatMap(({ keys }) => keys)), 1000)
  const requests = 1000 / BATCH_KEYS
  const batches: StoreOrder = { ...fill, operation: 'batch', until: { kind: 'count', requests } }
  const turns = turnsOf(batches, 2)
  assert.equal(turns.length, requests)
  assert.equal(distinct(turns.flatMap(({ keys }) => keys)), 1000)
})

test('a conditional key belongs to one client of one process', () => {
  const order: StoreOrder = { ...ORDER, operation: 'update' }
  const owners = new Map<number, string>()
  for (let number = 0; number < 2; number += 1) {
    const progress = progressOf(order, { number, of: 2 })
    for (let n = 0; n < 500; n += 1) {
      const client = n % 2
      const key = nextTurn(progress, client, 0)?.keys[0] ?? -1
      assert.ok(key >= 0 && key < order.keys)
      const owner = `${number} ${client}`
      assert.equal(owners.get(key) ?? owner, owner)
      owners.set(key, owner)
    }
  }
  assert.ok(owners.size > 500)
})

test('an order for some time ends with that time', () => {
  const until = { kind: 'time', forMs: 100 } as const
  const progress = progressOf({ ...ORDER, until }, { number: 0, of: 1 })
  assert.ok(nextTurn(progress, 0, 99))
  assert.equal(nextTurn(progress, 0, 100), undefined)
})
