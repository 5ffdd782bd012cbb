/**
 * Found by simulation (clock-drift, partitions that move): times are fractions, and what was left
 * of a shard's delay before it clears a partition could be 4e-13 ms. It slept for so long, which no
 * clock sees go by, looked again, and so on without end, in one moment.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foundRing } from '../../src/store/ring/membership.ts'
import { Cleaner } from '../../src/store/shard/cleaner.ts'
import { RingCopy } from '../../src/store/shard/ring-copy.ts'

/** Asleep for so little, nobody is asleep. */
const WAIT_MS_MIN = 1

for (const startMs of [3_887.123_456_789_1, 1_000_003.3, 0.1 + 0.2]) {
  test(`the cleaner that began at ${startMs} ms sleeps for a while each time`, async () => {
    let nowMs = startMs
    const waitsMs: number[] = []
    const stop = new AbortController()
    const clock = {
      wallMs: () => nowMs,
      monotonicMs: () => nowMs,
      sleep: async (ms: number) => {
        waitsMs.push(ms)
        // A timer may come back a hair too early.
        nowMs += ms === 2_000 ? ms - 4e-10 : ms
        if (waitsMs.length > 20) stop.abort()
      },
    }
    const foreign = new Set([7])
    const nobody = { id: 'b', address: 'b' }
    const ring = new RingCopy(foundRing([nobody], { kind: 'factor', factor: 1 }, 8), 'a')
    const cleaner = new Cleaner(
      {
        ...{ clock, ring: () => ring },
        engine: { partitions: () => [...foreign] },
        removal: { removeSome: (partition) => Number(foreign.delete(partition)) },
        isServing: () => false,
        hints: { forgetLeavers: () => false },
        afterTurn: () => {},
        die: assert.ifError,
      },
      2_000,
    )
    await cleaner.run(stop.signal)
    assert.equal(foreign.size, 0)
    assert.ok(Math.min(...waitsMs) >= WAIT_MS_MIN, `slept ${Math.min(...waitsMs)} ms`)
  })
}
