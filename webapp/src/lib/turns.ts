/**
 * Few questions at once, the important ones first. The coordinator reads history for few at a time,
 * so without an order the chart that a person looks at would wait behind all the small ones.
 */
export class Turns {
  private readonly atOnceMax: number
  private running = 0
  private readonly waiting: { readonly rank: number; readonly begin: () => void }[] = []

  constructor(atOnceMax: number) {
    this.atOnceMax = atOnceMax
  }

  /** The lowest rank first, then whoever came first. One that is aborted is not begun. */
  async take<Answer>(rank: number, signal: AbortSignal, work: () => Promise<Answer>) {
    if (this.running >= this.atOnceMax) {
      await new Promise<void>((resolve) => this.queue(rank, resolve))
    }
    this.running += 1
    try {
      signal.throwIfAborted()
      return await work()
    } finally {
      this.running -= 1
      this.waiting.shift()?.begin()
    }
  }

  private queue(rank: number, begin: () => void): void {
    const at = this.waiting.findIndex((other) => other.rank > rank)
    this.waiting.splice(at < 0 ? this.waiting.length : at, 0, { rank, begin })
  }
}
