/**
 * The step in which a meter's values come: 1 for one of whole kilowatts, next to nothing for one
 * with many digits. A meter that rounds says the same for hours and then jumps by a step, and that
 * step is no deviation, however often nothing at all came before.
 *
 * It is the size that a tenth of all differences stay below (those of 0 left aside), followed in
 * small steps up and down: one number, and a single odd value hardly moves it.
 */
const FOLLOWED_PART = 0.1
const FOLLOWING = 0.05
/** A difference of a step is not below it because of the last digit. */
const SAME = 0.999
/** Deviations below this part of the usual size of a value have no meaning. */
const SIZE_PART_MIN = 0.002

export function nextGrain(grain: number, difference: number): number {
  const size = Math.abs(difference)
  if (size === 0) return grain
  if (grain === 0) return size
  const isBelow = size < grain * SAME
  return grain * (isBelow ? 1 - FOLLOWING * (1 - FOLLOWED_PART) : 1 + FOLLOWING * FOLLOWED_PART)
}

/** Deviations narrower than this have no meaning: half a step, or a small part of the size. */
export function scaleMinOf({ size, grain }: { readonly size: number; readonly grain: number }) {
  return Math.max(size * SIZE_PART_MIN, grain / 2)
}
