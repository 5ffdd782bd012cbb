/**
 * Lets few long pieces of work go on at once and keeps a bounded number waiting, so that charts of
 * a whole building, asked for at once, do not push keys and alarms aside.
 */
export class Lane {
  private readonly atOnceMax: number
  private readonly waitingMax: number
  private running = 0
  private readonly waiting: (() => void)[] = []

  constructor(atOnceMax: number, waitingMax: number) {
    this.atOnceMax = atOnceMax
    this.waitingMax = waitingMax
  }

  /** Undefined when too many wait already; nothing was begun then. */
  async run<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (this.running < this.atOnceMax) this.running += 1
    else if (this.waiting.length >= this.waitingMax) return undefined
    else await new Promise<void>((resolve) => this.waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = this.waiting.shift()
      if (next) next()
      else this.running -= 1
    }
  }
}
