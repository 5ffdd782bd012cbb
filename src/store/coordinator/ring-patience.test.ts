import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CARE_DEFAULTS } from './care/care-world.ts'
import { UNATTENDED_WAIT_MS } from './coordinator.ts'
import { patience } from './ring-patience.ts'

const LIMITS = { changeWaitMs: 5_000, unattendedWaitMs: 10_000 }

test('a change that somebody carries out is waited for so long and no longer', () => {
  const waitsOn = patience(1_000, LIMITS)
  assert.deepEqual([waitsOn(5_999, false), waitsOn(6_000, false)], [true, false])
})

test('while nobody carries it out the time does not count', () => {
  const waitsOn = patience(0, LIMITS)
  assert.equal(waitsOn(2_000, false), true)
  assert.equal(waitsOn(4_000, true), true)
  assert.equal(waitsOn(7_500, true), true)
  assert.equal(waitsOn(12_499, false), true, 'another took over at 7 500')
  assert.equal(waitsOn(12_500, false), false)
})

test('where nobody ever takes over it is refused at last', () => {
  const waitsOn = patience(0, LIMITS)
  for (let nowMs = 0; nowMs < 15_000; nowMs += 100) assert.equal(waitsOn(nowMs, true), true)
  assert.equal(waitsOn(15_000, true), false)
})

test('it is waited for long enough that another coordinator has taken over', () => {
  const { takeOverMs, beatMs } = CARE_DEFAULTS
  // Seen to stand still only from the next look on, and found to be so at the one after the time.
  assert.ok(UNATTENDED_WAIT_MS >= takeOverMs + 2 * beatMs)
})
