/**
 * Whether clients are being served: then whatever moves rows goes gently, since nobody waits for it
 * while somebody waits for every answer. The shards count the operations that they are asked for,
 * whichever coordinator sends them; what care itself has sent is taken off.
 */

/** More of them in a second, at all shards together, and clients come first. */
export const OPERATIONS_QUIET_MAX = 100
/** What is counted is judged once in so long; it comes with the greetings. */
export const TRAFFIC_WINDOW_MS = 1_000

export class ClientTraffic {
  /** Operations at all shards since they started, as they last said. */
  private readonly asked: () => number
  /** Operations that care has sent. */
  private own = 0
  private before: { readonly clients: number; readonly atMs: number } | null = null
  private isBusyNow = false

  constructor(asked: () => number) {
    this.asked = asked
  }

  /** Care has sent so many itself. */
  sent(operations: number): void {
    this.own += operations
  }

  /** `nowMs`: monotonic. Asked for now and then, so that what it says is of now. */
  isBusy(nowMs: number): boolean {
    const { before } = this
    if (before !== null && nowMs - before.atMs < TRAFFIC_WINDOW_MS) return this.isBusyNow
    const clients = this.asked() - this.own
    this.before = { clients, atMs: nowMs }
    if (before === null) return this.isBusyNow
    const perSecond = ((clients - before.clients) / (nowMs - before.atMs)) * 1000
    this.isBusyNow = perSecond > OPERATIONS_QUIET_MAX
    return this.isBusyNow
  }
}
