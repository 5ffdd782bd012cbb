import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HybridClock, timeOf } from '../../hybrid-clock.ts'
import { compareRows } from '../replica-result.ts'
import { BallotClock } from './ballot-clock.ts'

function scene() {
  let wallMs = Date.UTC(2026, 0, 5)
  const clock = {
    wallMs: () => wallMs,
    monotonicMs: () => 0,
    sleep: () => Promise.resolve(),
  }
  const world = { clock, hybridClock: new HybridClock(), writer: 'w1' }
  const ballots = new BallotClock(world)
  return { world, ballots, move: (byMs: number) => (wallMs += byMs) }
}

test('each ballot is larger than all before it, also when the wall clock is set back', () => {
  const { ballots, move } = scene()
  let last = ballots.next(1, null)
  for (const byMs of [0, 0, 5, -60_000, 0, 1]) {
    move(byMs)
    const next = ballots.next(1, null)
    assert.ok(compareRows(next, last) > 0)
    last = next
  }
})

test('a ballot goes above what stood against it, though that is from a clock far ahead', () => {
  const { ballots, world } = scene()
  const t = timeOf(world.clock.wallMs() + 240_000)
  const against = { o: 1, t, n: 'zzz' }
  const next = ballots.next(1, against)
  assert.ok(compareRows(next, against) > 0)
  assert.ok(compareRows(ballots.next(1, null), next) > 0, 'and stays there')
})

test('a ballot of a later epoch is above all of earlier ones', () => {
  const { ballots } = scene()
  const early = ballots.next(1, { o: 1, t: Number.MAX_SAFE_INTEGER - 1, n: 'z' })
  assert.ok(compareRows(ballots.next(2, null), early) > 0)
})

test('under a new name times may begin anew, and no ballot is ever the same', () => {
  const { ballots, world } = scene()
  const t = timeOf(world.clock.wallMs() + 240_000)
  const ahead = ballots.next(1, { o: 1, t, n: 'x' })
  world.writer = 'w2'
  const next = ballots.next(1, null)
  assert.ok(next.t < ahead.t)
  assert.notEqual(next.n, ahead.n)
})
