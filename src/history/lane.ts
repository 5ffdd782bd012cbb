/**
 * Lets few long pieces of work go on at once and keeps a bounded number waiting, so that charts of
 * a whole building, asked for at once, do not push keys and alarms aside. Of those that wait the
 * least goes first: the last hour is on the screen before the last month.
 */
export class Lane {
  private readonly atOnceMax: number
  private readonly waitingMax: number
  private running = 0
  private readonly waiting: { readonly size: number; readonly begin: () => void }[] = []

  constructor(atOnceMax: number, waitingMax: number) {
    this.atOnceMax = atOnceMax
    this.waitingMax = waitingMax
  }

  /** `size`: of the work, in any unit. Undefined when too many wait; nothing was begun then. */
  async run<T>(size: number, work: () => Promise<T>): Promise<T | undefined> {
    if (this.running < this.atOnceMax) this.running += 1
    else if (this.waiting.length >= this.waitingMax) return undefined
    else await new Promise<void>((begin) => this.waiting.push({ size, begin }))
    try {
      return await work()
    } finally {
      if (this.waiting.length > 0) this.takeLeast()
      else this.running -= 1
    }
  }

  /** The earlier of equals. */
  private takeLeast(): void {
    const least = this.waiting.reduce((a, b) => (b.size < a.size ? b : a))
    this.waiting.splice(this.waiting.indexOf(least), 1)
    least.begin()
  }
}
