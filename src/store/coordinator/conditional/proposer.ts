/**
 * Changes of conditional keys: CASPaxos (Rystsov, 2018), a register for each key on the key's own
 * replicas. A quorum promises a ballot and says what it accepted last; the change is made of the
 * newest of that; a quorum accepts the result under the same ballot. No more than a quorum is asked
 * for promises, of which each costs a write; what is accepted goes to all. Of two proposers one is
 * outbid and begins again, above the ballot that stands against it.
 *
 * Who has changed a register last needs no promises for the next change: its next ballot follows
 * the one that a quorum has accepted directly, so nobody else can have changed the register in
 * between. One round then; whatever comes in the way, and the change takes two.
 *
 * A ballot begins with the partition's epoch, so whatever is proposed in a later epoch stands above
 * everything of the earlier ones, whichever replicas had promised what: promises need not move with
 * a partition, and both phases are carried out in one epoch or begun anew.
 *
 * Beginning again after replicas may have accepted is safe because the register remembers who
 * changed it: what was carried out already is found there and not done twice.
 */
import type { Random } from '../../../ports/random.ts'
import { isQuorum } from '../../ring/quorum.ts'
import type { WireRow, WireVersion } from '../../wire.ts'
import { tellMissed } from '../missed-writes.ts'
import { compareRows, type ReplicaResult } from '../replica-result.ts'
import type { PartitionView } from '../ring-view.ts'
import { operationBytes, type StoreWorld, sparedOf } from '../store-world.ts'
import { askQuorum } from './ask-quorum.ts'
import { askReplicas } from './ask-replicas.ts'
import type { BallotClock } from './ballot-clock.ts'
import { followingBallot } from './ballot-series.ts'
import { FailedAccepts } from './failed-accepts.ts'
import { newestOf } from './newest-row.ts'
import { Phase } from './phase.ts'
import {
  type Changed,
  changed,
  envelopeOf,
  REQUESTS_REMEMBERED,
  type Register,
  type RegisterChange,
} from './register.ts'
import type { RegisterMemory, RememberedRegister } from './register-memory.ts'

export type ProposalOutcome =
  /** Decided on a quorum; `register` is what stands there now. */
  | { readonly kind: 'decided'; readonly changed: Changed; readonly register: Register }
  /** Certainly nothing was changed. */
  | { readonly kind: 'failed' | 'fenced'; readonly refusal: string; readonly had: number }
  | { readonly kind: 'busy' }
  /** Perhaps it takes effect yet. */
  | { readonly kind: 'unknown' }

/** What a change makes of a register; it may be asked several times. */
export type Change = (register: Register, etag: string) => Changed

/** Between tries; drawn, so that two proposers do not go on outbidding each other. */
const BACK_OFF_MS_MAX = 25

/** The change of a request, which names itself. */
export function changeOf(request: RegisterChange): Change {
  return (register, etag) => changed(register, request, etag)
}

/** Changes nothing: makes certain what stands there. */
export const NO_CHANGE: Change = ({ etag }) => ({ kind: 'mismatch', etag })

export interface ProposerWorld {
  readonly store: StoreWorld
  readonly ballots: BallotClock
  readonly memory: RegisterMemory
  readonly random: Random
}

export interface Proposed {
  readonly key: string
  readonly change: Change
  /** Its outcome must be told by then, monotonic. */
  readonly deadlineMs: number
  /** Somebody else may have proposed it before, and a minority may hold it. */
  readonly isPerhapsPending: boolean
}

/** Tries until it is decided, or its time is up. */
export async function propose(
  proposerWorld: ProposerWorld,
  proposed: Proposed,
): Promise<ProposalOutcome> {
  const { store: world, random } = proposerWorld
  const proposal = new Proposal(proposerWorld, proposed)
  for (;;) {
    const outcome = await proposal.attempt()
    if (outcome.kind !== 'outbid' && outcome.kind !== 'fenced') return outcome
    if (outcome.kind === 'fenced') await new Promise<void>((go) => void world.afterRefresh(go))
    else await world.clock.sleep(random.below(BACK_OFF_MS_MAX))
    if (world.clock.monotonicMs() >= proposed.deadlineMs) return proposal.gaveUp(outcome)
  }
}

type Attempt = ProposalOutcome | { readonly kind: 'outbid' }

/** What becomes of a register once a quorum has accepted it. */
interface Accepting {
  /** It is another one than before. */
  readonly isChange: boolean
  /**
   * The one before was written from here too, so the next one is likely to be. Where coordinators
   * take turns, none remembers what it would have to give up.
   */
  readonly isOurs: boolean
}

const CHANGE_OF_OURS: Accepting = { isChange: true, isOurs: true }

class Proposal {
  private readonly world: StoreWorld
  private readonly ballots: BallotClock
  private readonly memory: RegisterMemory
  private readonly proposed: Proposed
  /** The largest ballot that stood against ours. */
  private against: WireVersion | null = null
  /** Attempts at the change that came to nothing, or perhaps not. */
  private readonly failedAccepts = new FailedAccepts()

  constructor({ store, ballots, memory }: ProposerWorld, proposed: Proposed) {
    this.world = store
    this.ballots = ballots
    this.memory = memory
    this.proposed = proposed
  }

  async attempt(): Promise<Attempt> {
    const { view } = this.world
    if (!view || view.isEmpty) return { kind: 'failed', refusal: 'unreachable', had: 0 }
    const place = view.locate(this.proposed.key)
    const known = this.memory.take(this.proposed.key, place)
    const outcome = known && (await this.inOneRound(place, known))
    return outcome ?? this.inTwoRounds(place)
  }

  /**
   * On what this coordinator left there last; undefined = it takes two rounds. Only a change is
   * made so: a quorum that accepts it says that nobody else has changed the register since. An
   * answer that changes nothing would not be heard by anybody. And what is to be written again as
   * it stands must get above whatever was promised, at every replica.
   */
  private async inOneRound(
    place: PartitionView,
    { register, next: ballot, bytes }: RememberedRegister,
  ): Promise<Attempt | undefined> {
    const changed = this.changed(register, ballot)
    const isNew = changed.kind === 'changed' && changed.register !== register
    if (!isNew || !isReady(place, bytes)) return undefined
    const failure = await this.accepted(place, ballot, changed.register, CHANGE_OF_OURS)
    if (failure) return failure.kind === 'busy' ? failure : undefined
    return { kind: 'decided', changed, register: changed.register }
  }

  private async inTwoRounds(place: PartitionView): Promise<Attempt> {
    const ballot = this.ballots.next(place.epoch, this.against)
    const promises = await this.promises(place, ballot)
    if ('kind' in promises) return promises
    const { register, envelope, isDecided, isOurs } = promises
    const changed = this.changed(register, ballot)
    if (changed.kind !== 'repeated' && this.isForgotten(register)) return { kind: 'unknown' }
    if (isDecided && this.isFinal(changed)) {
      if (isOurs) this.remember(place, register, envelope, ballot)
      return { kind: 'decided', changed, register }
    }
    if (changed.kind === 'repeated') this.failedAccepts.addFound(register.revision)
    const isChange = changed.kind === 'changed'
    const next = isChange ? changed.register : register
    const failure = await this.accepted(place, ballot, next, { isChange, isOurs })
    return failure ?? { kind: 'decided', changed, register: next }
  }

  private changed(register: Register, ballot: WireVersion): Changed {
    return this.proposed.change(register, `${ballot.t.toString(36)}-${ballot.n}`)
  }

  private remember(
    { cluster }: PartitionView,
    register: Register,
    envelope: string | null,
    next: WireVersion | undefined,
  ): void {
    const { key } = this.proposed
    const bytes = operationBytes(key, envelope)
    if (next) this.memory.keep(key, { register, next, cluster, bytes })
  }

  /**
   * May it be told without writing? That nothing was changed may not, while a minority perhaps
   * holds this very change from an earlier try: it would take effect after all, once those that
   * hold it are asked. Written again under the new ballot, what stands puts an end to that.
   */
  private isFinal({ kind }: Changed): boolean {
    if (kind !== 'mismatch') return kind === 'repeated'
    return this.failedAccepts.smallestRevision === null && !this.proposed.isPerhapsPending
  }

  /** The time is up. */
  gaveUp(outcome: { readonly kind: string }): ProposalOutcome {
    if (this.failedAccepts.smallestRevision !== null) return { kind: 'unknown' }
    return { kind: 'failed', refusal: outcome.kind, had: 0 }
  }

  /** First phase: the newest register among those that promised, or what came in the way. */
  private async promises(place: PartitionView, ballot: WireVersion) {
    const { partition, epoch } = place
    const operation = {
      op: 'promise',
      p: partition,
      e: epoch,
      k: this.proposed.key,
      ballot,
    } as const
    const phase = new Phase('promise', ballot, place.groups, place.links.length)
    const rows: (WireRow | null)[] = []
    await askQuorum(this.world, place, {
      operation,
      bytes: operationBytes(this.proposed.key, null),
      deadlineMs: this.proposed.deadlineMs,
      take: (replica, result) => {
        this.take(phase, replica, result)
        if (result.r === 'promised' && phase.granted(replica)) rows.push(result.row)
        if (phase.verdict() !== 'pending') return 'enough'
        return phase.granted(replica) ? 'granted' : 'not granted'
      },
    })
    if (phase.verdict() !== 'granted') return this.failed(phase, rows.length)
    return newestOf(rows, ballot)
  }

  /** Second phase; undefined = a quorum accepted. */
  private async accepted(
    place: PartitionView,
    ballot: WireVersion,
    register: Register,
    { isChange, isOurs }: Accepting,
  ): Promise<Attempt | undefined> {
    const { partition, epoch, ids } = place
    const row = { k: this.proposed.key, v: envelopeOf(register), ...ballot, e: null }
    const spared = sparedOf(place)
    const missedBy = [...spared].flatMap((replica) => ids[replica] ?? [])
    const plain = { op: 'apply', p: partition, e: epoch, row } as const
    const operation = missedBy.length === 0 ? plain : { ...plain, missedBy }
    const phase = new Phase('accept', ballot, place.groups, place.links.length)
    await askReplicas(place, operation, this.proposed.deadlineMs, {
      take: (replica, result) => {
        this.take(phase, replica, result)
        return phase.verdict() !== 'pending'
      },
      whenAll: () =>
        tellMissed(this.world, place, this.proposed.key, spared, (one) => phase.granted(one)),
    })
    if (phase.verdict() === 'granted') {
      if (isOurs) this.remember(place, register, row.v, followingBallot(ballot))
      return undefined
    }
    if (isChange) this.failedAccepts.add(phase, register.revision)
    return this.failed(phase, 0)
  }

  private take(phase: Phase, replica: number, result: ReplicaResult): void {
    phase.take(replica, result)
    if (result.r === 'refused' && result.why === 'clock-ahead') this.world.stampRefused()
  }

  private failed(phase: Phase, had: number): Attempt {
    const verdict = phase.verdict()
    const { against, refusal } = phase
    if (against && compareRows(against, this.against) > 0) this.against = against
    if (verdict === 'outbid') return { kind: 'outbid' }
    if (verdict === 'fenced') return { kind: 'fenced', refusal, had }
    if (this.failedAccepts.smallestRevision !== null) return { kind: 'unknown' }
    return verdict === 'busy' ? { kind: 'busy' } : { kind: 'failed', refusal, had }
  }

  /** Others have changed it so often since that the register may have forgotten our attempt. */
  private isForgotten({ revision }: Register): boolean {
    const { smallestRevision } = this.failedAccepts
    return smallestRevision !== null && revision >= smallestRevision + REQUESTS_REMEMBERED
  }
}

/** Would a quorum take it now, as far as one can tell? Else promises tell that, and bind less. */
function isReady({ groups, links }: PartitionView, bytes: number): boolean {
  return isQuorum(groups, (replica) => {
    const link = links[replica]
    return link?.health.state === 'up' && link.hasRoom(bytes)
  })
}
