import assert from 'node:assert/strict'
import { test } from 'node:test'
import { whatItWaitsFor } from './ring-info.ts'

test('that another coordinator is silent is said only by one that can look', () => {
  const told = (isInSight: boolean) => {
    const absence = () => ({ silentMs: 3_400, takeOverInMs: 2_600, isInSight })
    return whatItWaitsFor({ rebalance: () => null, absence })
  }
  assert.match(
    told(true) ?? '',
    /has not been heard of for 3 s. Another one takes over in about 3 s/,
  )
  assert.match(told(false) ?? '', /^This coordinator cannot tell at present /)
})
