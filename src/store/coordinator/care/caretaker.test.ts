import assert from 'node:assert/strict'
import { test } from 'node:test'
import { absenceOf, USUAL_BEATS } from './caretaker.ts'
import { LeaseWatch } from './lease-watch.ts'

const LIMITS = { beatMs: 2_000, takeOverMs: 6_000 }

test('another is absent once it is silent for longer than one that lives, until it is ours', () => {
  const watch = new LeaseWatch('me', LIMITS.takeOverMs)
  assert.equal(absenceOf(watch, 0, LIMITS), null, 'nobody is known')
  watch.decide('{"holder":"you","beat":1}', 1_000)
  watch.lost()
  const usualMs = LIMITS.beatMs * USUAL_BEATS
  assert.ok(usualMs > LIMITS.beatMs && usualMs < LIMITS.takeOverMs)
  assert.equal(absenceOf(watch, 1_000 + usualMs, LIMITS), null)
  const silentMs = usualMs + 1
  const takeOverInMs = LIMITS.takeOverMs - silentMs
  const absence = { silentMs, takeOverInMs, isInSight: true }
  assert.deepEqual(absenceOf(watch, 1_000 + silentMs, LIMITS), absence)
  assert.equal(absenceOf(watch, 60_000, LIMITS)?.takeOverInMs, 0, 'at any moment')
  watch.unreached()
  assert.equal(absenceOf(watch, 60_000, LIMITS)?.isInSight, false)
  watch.raised(60_000)
  assert.equal(absenceOf(watch, 60_000, LIMITS), null)
})
