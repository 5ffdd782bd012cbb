/**
 * Three replicas, a key, and a deletion that one of them has missed: told with the moments at which
 * things happen, because a mistake of an hour in them brings deleted keys back.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { leftOutBefore, purgedBefore } from './purge-floor.ts'

const HOUR_MS = 3_600_000
const GRACE_MS = 24 * HOUR_MS
const START_MS = 1_000 * HOUR_MS

test('of replicas that were never repaired together nothing is left out', () => {
  assert.equal(leftOutBefore([0, 50 * HOUR_MS, 50 * HOUR_MS], GRACE_MS), 0)
  assert.equal(leftOutBefore([], GRACE_MS), Number.POSITIVE_INFINITY, 'there is nothing to count')
})

test('the replica whose last repair was longest ago decides', () => {
  assert.equal(leftOutBefore([90 * HOUR_MS, 30 * HOUR_MS], GRACE_MS), 6 * HOUR_MS)
})

test('what a repair tells to forget the next one leaves out, so half a purge is no loss', () => {
  const beganMs = 100 * HOUR_MS
  assert.equal(leftOutBefore([beganMs, beganMs], GRACE_MS), purgedBefore(beganMs, GRACE_MS))
})

test('no moment is before the beginning of time', () => {
  assert.equal(purgedBefore(HOUR_MS, GRACE_MS), 0)
  assert.equal(leftOutBefore([HOUR_MS], GRACE_MS), 0)
})

test('no tombstone goes before a repair has counted it, if clocks are right to the grace', () => {
  const moments = fc.array(fc.integer({ min: 1, max: 40 * HOUR_MS }), {
    minLength: 1,
    maxLength: 20,
  })
  const wrongBy = fc.integer({ min: -GRACE_MS, max: GRACE_MS })
  fc.assert(
    fc.property(moments, fc.nat({ max: 200 * HOUR_MS }), wrongBy, (gapsMs, afterMs, skewMs) => {
      const deletedMs = START_MS + afterMs
      const stampMs = deletedMs + skewMs
      let repairedMs = 0
      let isCounted = false
      let nowMs = START_MS
      for (const gapMs of gapsMs) {
        nowMs += gapMs
        const leftOutMs = leftOutBefore([repairedMs], GRACE_MS)
        // One that is written while a repair is under way counts in the next.
        const isThere = deletedMs < nowMs
        if (isThere && stampMs >= leftOutMs) isCounted = true
        if (isThere && stampMs < purgedBefore(nowMs, GRACE_MS)) assert.ok(isCounted)
        repairedMs = nowMs
      }
    }),
  )
})
