import assert from 'node:assert/strict'
import { test } from 'node:test'
import { must } from '../../../model/must.ts'
import type { WireVersion } from '../../wire.ts'
import { compareRows } from '../replica-result.ts'
import { BALLOTS_IN_A_ROW_MAX, followingBallot, writerOf } from './ballot-series.ts'

const FIRST: WireVersion = { o: 3, t: 1_000, n: 'k3v9a' }

/** From the first to the last one. */
function series(): readonly WireVersion[] {
  const ballots = [FIRST]
  for (;;) {
    const next = followingBallot(must(ballots.at(-1)))
    if (!next) return ballots
    ballots.push(next)
  }
}

test('a series has so many ballots, each larger than the one before', () => {
  const ballots = series()
  assert.equal(ballots.length, BALLOTS_IN_A_ROW_MAX)
  for (const [index, ballot] of ballots.entries()) {
    const before = ballots[index - 1]
    if (before) assert.ok(compareRows(ballot, before) > 0, ballot.n)
    assert.equal(writerOf(ballot), FIRST.n)
  }
})

test('no ballot of anybody else is between two of a series', () => {
  const last = must(series().at(-1))
  const { o, t, n } = FIRST
  const writers = ['0', 'k3v9', 'k3v99', 'k3v9a0', 'k3v9az', 'k3v9b', 'zzzzz']
  const atTheSameTime = writers.map((writer) => ({ o, t, n: writer }))
  const atOthers = [n, 'other'].flatMap((writer) => [
    { o, t: t - 1, n: writer },
    { o, t: t + 1, n: writer },
    { o: o - 1, t: t + 1, n: writer },
    { o: o + 1, t: t - 1, n: writer },
  ])
  for (const one of [...atTheSameTime, ...atOthers]) {
    const theirs = followingBallot(one) ?? one
    for (const other of [one, theirs]) {
      const [side, otherSide] = [compareRows(other, FIRST) > 0, compareRows(other, last) > 0]
      assert.equal(side, otherSide, JSON.stringify(other))
    }
  }
})
