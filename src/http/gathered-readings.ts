/**
 * Readings on their way to one client. Those of one moment go out in one piece: a page draws them
 * together anyway, and twenty floors would else be twenty packets a second and as many tasks of its
 * thread. For a client that does not keep up, only the newest reading of each floor waits.
 */
import type { FloorReading } from '../live/newest-readings.ts'
import type { Clock } from '../ports/clock.ts'
import { eventLines, type StreamClient } from './event-streams.ts'

/** Too short to be seen on a page that draws once a second, and each piece wakes it up. */
export const GATHER_MS = 500
/** So many go out before the moment is over. */
export const GATHERED_MAX = 100

export class GatheredReadings {
  private readonly client: StreamClient
  private readonly clock: Clock
  private readonly ending = new AbortController()
  private readonly gathered: FloorReading[] = []
  /** By floor, what waits until the client has read what was sent. */
  private readonly late = new Map<number, FloorReading>()

  constructor(client: StreamClient, clock: Clock) {
    this.client = client
    this.clock = clock
    client.onDrained(() => this.send())
  }

  take(reading: FloorReading): void {
    const count = this.gathered.push(reading)
    if (count >= GATHERED_MAX) this.send()
    else if (count === 1) void this.sendSoon()
  }

  /** What has been gathered, without waiting for more. */
  send(): void {
    this.sendLate()
    const readings = this.gathered.splice(0)
    if (readings.length === 0) return
    if (this.client.isBehind) for (const one of readings) this.late.set(one.floor, one)
    else this.client.write(readings.map(linesOf).join(''))
  }

  end(): void {
    this.ending.abort()
  }

  private sendLate(): void {
    for (const [floor, reading] of this.late) {
      if (this.client.isBehind) return
      this.late.delete(floor)
      this.client.write(linesOf(reading))
    }
  }

  private async sendSoon(): Promise<void> {
    await this.clock.sleep(GATHER_MS, this.ending.signal).then(
      () => this.send(),
      () => {},
    )
  }
}

function linesOf({ text }: FloorReading): string {
  return eventLines('reading', text)
}
