/**
 * The attempts of one proposal that no quorum accepted. While a replica may have accepted one, the
 * change may be found there yet and take effect after all, so nobody may say that it was not made.
 *
 * An attempt is over as soon as a quorum cannot accept it any more, often before the last replica
 * has said so. That one goes on being heard, and what it says counts from then on: once every
 * replica has refused, which each does for good and no ballot is proposed twice, the attempt stands
 * nowhere, can be copied from nowhere, and is as if it had never been made. Whoever accepted it, is
 * silent or has not answered yet keeps it alive for ever. A vote that has come is never taken back,
 * so the answer only ever turns from "perhaps" to "no".
 */
import type { Phase } from './phase.ts'
import { REQUESTS_REMEMBERED } from './register.ts'

interface FailedAccept {
  /** Null = somebody holds it, that has been seen. */
  readonly phase: Phase | null
  readonly revision: number
}

export class FailedAccepts {
  private readonly attempts: FailedAccept[] = []

  /** `revision`: of the register that would have been made. */
  add(phase: Phase, revision: number): void {
    this.attempts.push({ phase, revision })
  }

  /**
   * A replica holds an attempt of before, in a register of this revision. How far back the change
   * itself lies the register does not say, but a register remembers no more changes than so many.
   */
  addFound(revision: number): void {
    this.attempts.push({ phase: null, revision: revision - REQUESTS_REMEMBERED + 1 })
  }

  /** Of what replicas may have accepted, by what is known now; null = certainly nothing. */
  get smallestRevision(): number | null {
    const perhaps = this.attempts.filter(({ phase }) => phase?.isPerhapsAccepted !== false)
    return perhaps.length === 0 ? null : Math.min(...perhaps.map(({ revision }) => revision))
  }
}
