/**
 * A promise that was not kept: its number in docs/invariants.md, and the facts that show it.
 */
export interface Violation {
  readonly promise: string
  readonly sentence: string
}
