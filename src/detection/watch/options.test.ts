import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BUDGET_PARTS, CHANNELS, DIRECTIONS, shareOf } from './options.ts'

test('the parts of all channels and directions add up to the budget', () => {
  const options = { budgetPerMonth: 4, timeZone: 'UTC', holidays: new Set<number>() }
  const spent = CHANNELS.map((channel) => shareOf(options, channel) * DIRECTIONS[channel])
  assert.ok(Math.abs(spent.reduce((sum, one) => sum + one, 0) - 4) < 1e-9)
  assert.ok(Object.values(BUDGET_PARTS).every((part) => part > 0))
})
