/**
 * Chance as an argument. Fork by purpose, so that a new draw in one place moves nothing elsewhere:
 * two forks of one seed with different purposes are independent streams.
 */
export interface Random {
  /** An integer, 0 <= n < limit. */
  below(limit: number): number
  /** True with the given probability (0 never, 1 always). */
  chance(probability: number): boolean
  /** A real number, 0 <= x < 1. */
  unit(): number
  /** A stream of its own for one purpose; the same seed and purpose give the same stream. */
  fork(purpose: string): Random
}
