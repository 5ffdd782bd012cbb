/**
 * How long a page rests between two drawings. Drawing twice a second is alive enough; a machine on
 * which a drawing takes long draws more seldom, so that most of its time is left for the person.
 */
export const REST_MS_MIN = 500
export const REST_MS_MAX = 2_000
/** So many times as long as the last drawing took. */
const REST_FACTOR = 50

export function restMsOf(drawingMs: number): number {
  return Math.min(REST_MS_MAX, Math.max(REST_MS_MIN, REST_FACTOR * drawingMs))
}
