/**
 * When a deleted row may be forgotten. A replica that has missed the deletion still holds the row
 * as it was before, and once the others have forgotten that it was deleted, it comes back. So a
 * tombstone (and an expired row, which is the same) goes only after one repair in which all
 * replicas took part has counted it and found it on all of them, and never before the grace has
 * passed.
 *
 * Moments here are wall times of whoever repairs, and tombstones carry the time of whoever wrote
 * them: both clocks may be wrong by up to the grace.
 */

/**
 * What a repair leaves out of its count: `deadBeforeMs` of digests and headers. The last repair,
 * which began at `repairedMs` and was remembered by all replicas, has counted whatever was dead so
 * long, and told all replicas to forget it; one may have done so and another not yet, which is no
 * difference worth mending. Of a replica that was never repaired everything counts.
 */
export function leftOutBefore(repairedMs: readonly number[], graceMs: number): number {
  return Math.max(0, Math.min(...repairedMs) - graceMs)
}

/**
 * What replicas are told to forget after a repair that began at `beganMs` and found, in the end,
 * the same on all of them.
 */
export function purgedBefore(beganMs: number, graceMs: number): number {
  return Math.max(0, beganMs - graceMs)
}
