/**
 * Ballots that follow each other with nobody's in between. A writer's name is its own and stands
 * last in a ballot, so names that begin with it can only be its own too: after `w` come `w.001`,
 * `w.002` and so on, all of them below any other ballot that is above `w`. Whoever has the first
 * one promised needs no promise for those behind it. Pure.
 */
import type { WireVersion } from '../../wire.ts'

const DIGITS = 3
const RADIX = 36
const SEPARATOR = '.'

/** So many ballots a series has; then it takes a promise again. */
export const BALLOTS_IN_A_ROW_MAX = RADIX ** DIGITS

/** Undefined: the series is at its end. */
export function followingBallot({ o, t, n }: WireVersion): WireVersion | undefined {
  const [writer, digits = '0'] = n.split(SEPARATOR)
  const number = Number.parseInt(digits, RADIX) + 1
  if (number >= BALLOTS_IN_A_ROW_MAX) return undefined
  return { o, t, n: `${writer}${SEPARATOR}${number.toString(RADIX).padStart(DIGITS, '0')}` }
}

/** Whose ballot it is. */
export function writerOf({ n }: WireVersion): string {
  return n.split(SEPARATOR, 1).join()
}
