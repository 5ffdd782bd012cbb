/**
 * Ballots of one coordinator: each is larger than all before it, so none is ever given to two
 * proposals. They follow the clock of versions, and go above what stood against them even where
 * this coordinator's wall clock is minutes behind: what a shard holds, its own clock has admitted.
 */
import type { WireVersion } from '../../wire.ts'
import type { StoreWorld } from '../store-world.ts'

export class BallotClock {
  private readonly world: Pick<StoreWorld, 'clock' | 'hybridClock' | 'writer'>
  private last = 0
  private writer = ''

  constructor(world: Pick<StoreWorld, 'clock' | 'hybridClock' | 'writer'>) {
    this.world = world
  }

  /** `against`: what it must be above. */
  next(epoch: number, against: WireVersion | null): WireVersion {
    const { clock, hybridClock, writer } = this.world
    // Under another name times may come again.
    if (this.writer !== writer) this.last = 0
    this.writer = writer
    const stamp = hybridClock.stamp(clock.wallMs())
    this.last = Math.max(stamp, this.last + 1, against ? against.t + 1 : 0)
    return { o: epoch, t: this.last, n: writer }
  }
}
