/**
 * One of the coordinators cares for all replicas: it carries out changes of the ring, brings shards
 * that were away what they have missed, and compares what nobody complains about. In this order,
 * one piece of each at a time, so that a change that takes hours holds nothing else up.
 *
 * It keeps nothing that must survive. What is left to do stands on the shards, and when this
 * coordinator is killed another one takes the lease and goes on.
 */
import type { StoreWorld } from '../store-world.ts'
import { AntiEntropy, type RepairStatus } from './anti-entropy.ts'
import type { CareKeeper } from './care-keeper.ts'
import { CARE_DEFAULTS, type CareLimits, CareWorld } from './care-world.ts'
import { HintDelivery } from './hint-delivery.ts'
import { type ChangeKey, whileHolding } from './lease.ts'
import { LeaseWatch } from './lease-watch.ts'
import { Rebalancer, type RebalanceStatus } from './rebalancer.ts'
import { RowCarrier } from './row-carrier.ts'

/** The record of one that lives is seen to stand still for no longer, as a rule. */
export const USUAL_BEATS = 1.25

export interface CaretakerParts {
  readonly store: StoreWorld
  readonly keeper: CareKeeper
  readonly change: ChangeKey
  /** See CareWorld. */
  readonly reaffirm: (key: string) => Promise<boolean>
  /** Of this coordinator, fresh at each start. */
  readonly name: string
  readonly limits?: Partial<CareLimits>
}

export interface CareStatus {
  readonly rebalance: RebalanceStatus
  readonly repair: RepairStatus
  readonly hintsWaiting: number
}

/** Another coordinator was the caretaker, and has been silent for longer than is usual. */
export interface CareAbsence {
  readonly silentMs: number
  /** About; 0 = at any moment. */
  readonly takeOverInMs: number
  /** False = this coordinator cannot look either, so perhaps the other one is well. */
  readonly isInSight: boolean
}

export interface Caretaker {
  /** Null while another coordinator is the caretaker. */
  status(): CareStatus | null
  /** Null = somebody cares, or nobody is known who did. */
  absence(): CareAbsence | null
  /** Until the signal is aborted. Failures of shards are ridden out. */
  run(signal: AbortSignal): Promise<void>
}

export function createCaretaker(parts: CaretakerParts): Caretaker {
  const { store, change, name } = parts
  const limits = { ...CARE_DEFAULTS, ...parts.limits }
  const { beatMs, takeOverMs } = limits
  const watch = new LeaseWatch(name, takeOverMs)
  let duties: Duties | null = null
  const hold = async (tenure: AbortSignal) => {
    store.trace.note('info', { kind: 'store.caretaker', name, isHeld: true })
    duties = dutiesOf(parts, limits)
    try {
      await care(store, duties, limits.idleMs, tenure)
    } finally {
      duties = null
      store.trace.note('info', { kind: 'store.caretaker', name, isHeld: false })
      tellNothing(store)
    }
  }
  return {
    status: () => duties && statusOf(duties),
    absence: () => absenceOf(watch, store.clock.monotonicMs(), limits),
    run: (signal) => whileHolding({ clock: store.clock, change, watch, beatMs }, signal, hold),
  }
}

/** What the watch makes of it now. */
export function absenceOf(
  watch: LeaseWatch,
  nowMs: number,
  { beatMs, takeOverMs }: Pick<CareLimits, 'beatMs' | 'takeOverMs'>,
): CareAbsence | null {
  const silentMs = watch.silentMs(nowMs)
  if (silentMs === null || silentMs <= beatMs * USUAL_BEATS) return null
  const takeOverInMs = Math.max(0, takeOverMs - silentMs)
  return { silentMs, takeOverInMs, isInSight: watch.isInSight }
}

/** Whoever is the caretaker now says how things are; two who do would contradict each other. */
function tellNothing({ trace }: StoreWorld): void {
  trace.note('debug', { kind: 'store.rebalance', partitionsLeft: 0 })
  trace.note('debug', { kind: 'store.hints', waiting: 0 })
  trace.note('debug', { kind: 'store.repair-age', seconds: 0 })
}

interface Duties {
  readonly rebalancer: Rebalancer
  readonly hints: HintDelivery
  readonly antiEntropy: AntiEntropy
}

function dutiesOf({ store, keeper, reaffirm }: CaretakerParts, limits: CareLimits): Duties {
  const operations = () =>
    [...keeper.hellos.values()].reduce((sum, { operations = 0 }) => sum + operations, 0)
  const world = new CareWorld(store, limits, reaffirm, operations)
  const carrier = new RowCarrier(world)
  const antiEntropy = new AntiEntropy(world, carrier)
  const rebalancer = new Rebalancer(world, keeper, carrier, (moved) => antiEntropy.press(moved))
  return { rebalancer, hints: new HintDelivery(world, keeper, carrier, antiEntropy), antiEntropy }
}

function statusOf({ rebalancer, hints, antiEntropy }: Duties): CareStatus {
  return {
    rebalance: rebalancer.status(),
    repair: antiEntropy.status(),
    hintsWaiting: hints.waiting,
  }
}

async function care(
  { clock }: StoreWorld,
  { rebalancer, hints, antiEntropy }: Duties,
  idleMs: number,
  tenure: AbortSignal,
): Promise<void> {
  try {
    while (!tenure.aborted) {
      const isMoving = (await rebalancer.step(tenure)) === 'moved'
      const isDelivering = await hints.step(tenure)
      const isRepairing = await antiEntropy.step(tenure)
      if (!isMoving && !isDelivering && !isRepairing) await clock.sleep(idleMs, tenure)
    }
  } catch (error) {
    if (!tenure.aborted) throw error
  }
}
