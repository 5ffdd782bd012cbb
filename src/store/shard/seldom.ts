/**
 * Keeps what repeats itself from filling the log: the same is said at most once a minute.
 */
export const SELDOM_MS = 60_000
/** So many different things are told apart. */
export const SELDOM_ABOUTS_MAX = 1_000

export class Seldom {
  private readonly saidMs = new Map<string, number>()

  /** May this be said now? Then it counts as said. `nowMs` is monotonic. */
  allows(about: string, nowMs: number): boolean {
    const lastMs = this.saidMs.get(about)
    if (lastMs !== undefined && nowMs - lastMs < SELDOM_MS) return false
    if (this.saidMs.size >= SELDOM_ABOUTS_MAX) this.saidMs.clear()
    this.saidMs.set(about, nowMs)
    return true
  }
}
