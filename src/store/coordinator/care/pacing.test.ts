import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { firstPartition, nextPartition, ROUND_SHARE, turnMs, URGENT_AGAIN_MS } from './pacing.ts'

const facts = {
  partitions: 4,
  triedMs: new Map<number, number>(),
  urgent: new Set<number>(),
  lastUrgentMs: null,
  urgentEveryMs: 0,
  roundMs: 4_000,
  lastTurnMs: null,
  nowMs: 100_000,
  first: 0,
}

test('the first turn is at once, the next one when its time has come', () => {
  assert.deepEqual(nextPartition(facts), { partition: 0, isUrgent: false })
  const tried = { ...facts, triedMs: new Map([[0, 100_000]]), lastTurnMs: 100_000 }
  assert.equal(nextPartition({ ...tried, nowMs: 100_899 }), null)
  assert.deepEqual(nextPartition({ ...tried, nowMs: 100_900 }), { partition: 1, isUrgent: false })
})

test('what is urgent waits for no turn, but for a while after it was tried in vain', () => {
  const urgent = { ...facts, urgent: new Set([2, 3]), lastTurnMs: 99_999 }
  assert.deepEqual(nextPartition(urgent), { partition: 2, isUrgent: true })
  const tried = { ...urgent, triedMs: new Map([[2, 99_000]]) }
  assert.deepEqual(nextPartition(tried), { partition: 3, isUrgent: true })
  const both = {
    ...urgent,
    triedMs: new Map([
      [2, 99_000],
      [3, 99_500],
    ]),
  }
  assert.equal(nextPartition(both), null)
  const later = { ...both, nowMs: 99_000 + URGENT_AGAIN_MS, lastTurnMs: 108_999 }
  assert.deepEqual(nextPartition(later), { partition: 2, isUrgent: true })
})

test('while clients are served even what is urgent comes one by one', () => {
  const urgent = { ...facts, urgent: new Set([2, 3]), lastTurnMs: 99_999, urgentEveryMs: 300 }
  assert.deepEqual(nextPartition(urgent), { partition: 2, isUrgent: true })
  const again = { ...urgent, triedMs: new Map([[2, 100_000]]), lastUrgentMs: 100_000 }
  assert.equal(nextPartition({ ...again, nowMs: 100_299 }), null)
  const then = { ...again, nowMs: 100_300 }
  assert.deepEqual(nextPartition(then), { partition: 3, isUrgent: true })
})

test('whoever takes over begins where the wall clock says, and leaves none out', () => {
  const pace = { partitions: 4, roundMs: 4_000 }
  const begins = [0, 900, 2_700, 3_600].map((wallMs) => firstPartition(pace, wallMs))
  assert.deepEqual(begins, [0, 1, 3, 0])
  const third = { ...facts, first: 2 }
  assert.equal(nextPartition(third)?.partition, 2)
  const triedMs = new Map([2, 3].map((one) => [one, 99_000]))
  assert.equal(nextPartition({ ...third, triedMs })?.partition, 0)
  assert.equal(firstPartition({ ...pace, partitions: 0 }, 900), 0)
})

test('a partition that the ring does not have is nobody’s turn', () => {
  assert.deepEqual(nextPartition({ ...facts, urgent: new Set([4]) })?.partition, 0)
  assert.equal(nextPartition({ ...facts, partitions: 0 }), null)
})

test('every partition has its turn within a round, if each takes no longer than its share', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 }),
      (partitions, shares) => {
        const roundMs = 60_000
        const each = turnMs({ roundMs, partitions })
        const triedMs = new Map<number, number>()
        let lastTurnMs: number | null = null
        let nowMs = 0
        const stepMs = each * (1 - ROUND_SHARE)
        for (let turns = 0; nowMs < 3 * roundMs; ) {
          const next = nextPartition({ ...facts, partitions, triedMs, roundMs, lastTurnMs, nowMs })
          if (next === null) nowMs += Math.max(stepMs, 1)
          else {
            const before = triedMs.get(next.partition) ?? 0
            assert.ok(nowMs - before <= roundMs + 1, `${next.partition} waited ${nowMs - before}`)
            triedMs.set(next.partition, nowMs)
            lastTurnMs = nowMs
            nowMs += each * (shares[turns % shares.length] ?? 0)
            turns += 1
          }
        }
        assert.equal(triedMs.size, partitions)
      },
    ),
    { numRuns: 30 },
  )
})
