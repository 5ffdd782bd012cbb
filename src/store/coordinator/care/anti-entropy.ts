/**
 * Compares the replicas of every partition with each other, one partition after another, for ever:
 * what no hint told of is found here, a disk that has changed a row among it. It is also what lets
 * deleted rows go for good (purge-floor.ts says when).
 */
import { type CareWorld, severalAtOnce } from './care-world.ts'
import { firstPartition, nextPartition, URGENT_EVERY_BUSY_MS } from './pacing.ts'
import { type Repair, type RepairOutcome, repairPartition } from './partition-repair.ts'
import { purgedBefore } from './purge-floor.ts'
import type { RowCarrier } from './row-carrier.ts'

/** For people: how well the replicas are known to agree. */
export interface RepairStatus {
  /**
   * Wall time when the last repair began in which all replicas took part and that left them equal,
   * by partition; those that are missing had none that this caretaker knows of.
   */
  readonly repairedMs: ReadonlyMap<number, number>
  /** Of the partition that waits longest for one; at most since this caretaker took over. */
  readonly worstAgeMs: number
  /** Rows that were lacking somewhere, and what was carried for them. */
  readonly diverged: number
  readonly pushes: number
  readonly bytes: number
}

/** A row that is forgotten costs about so much. */
const PURGED_ROW_BYTES = 200

export class AntiEntropy {
  private readonly care: CareWorld
  private readonly carrier: RowCarrier
  private readonly sinceMs: number
  private readonly urgent = new Set<number>()
  private readonly triedMs = new Map<number, number>()
  private readonly repairedMs = new Map<number, number>()
  private lastTurnMs: number | null = null
  private lastUrgentMs: number | null = null
  private diverged = 0
  private pushes = 0
  private bytes = 0

  constructor(care: CareWorld, carrier: RowCarrier) {
    this.care = care
    this.carrier = carrier
    this.sinceMs = care.store.clock.wallMs()
  }

  /** These have their turn before others. */
  press(partitions: readonly number[]): void {
    for (const partition of partitions) this.urgent.add(partition)
  }

  status(): RepairStatus {
    const { repairedMs, diverged, pushes, bytes } = this
    return {
      repairedMs: new Map(repairedMs),
      worstAgeMs: this.worstAgeMs(),
      diverged,
      pushes,
      bytes,
    }
  }

  /** One partition, if it is the turn of any; true = it was. Rejects when the signal is aborted. */
  async step(signal: AbortSignal): Promise<boolean> {
    const { clock, view, trace } = this.care.store
    const partitions = view && view.links.length > 0 ? view.ring.table.length : 0
    const { triedMs, urgent, lastTurnMs, lastUrgentMs } = this
    const { roundMs } = this.care.limits
    const nowMs = clock.monotonicMs()
    const first = firstPartition({ roundMs, partitions }, this.sinceMs)
    const urgentEveryMs = this.care.isBusy() ? URGENT_EVERY_BUSY_MS : 0
    const turns = { lastTurnMs, lastUrgentMs, urgentEveryMs, roundMs, nowMs }
    const next = nextPartition({ partitions, triedMs, urgent, first, ...turns })
    if (next === null) return false
    if (next.isUrgent) this.lastUrgentMs = nowMs
    else this.lastTurnMs = nowMs
    await this.repair(next.partition, signal)
    const ageSeconds = this.worstAgeMs() / 1000
    trace.note('debug', { kind: 'store.repair-age', seconds: ageSeconds })
    return true
  }

  /** Repairs one partition now, whoever's turn it is. Rejects when the signal is aborted. */
  async repair(partition: number, signal: AbortSignal): Promise<RepairOutcome> {
    const { clock, trace } = this.care.store
    const { graceMs } = this.care.limits
    const startMs = clock.monotonicMs()
    this.triedMs.set(partition, startMs)
    const outcome = await repairPartition(this.care, this.carrier, { partition, graceMs }, signal)
    if (outcome.kind !== 'done') {
      const reason = outcome.kind === 'unreachable' ? outcome.reason : 'the ring has changed'
      trace.note('debug', { kind: 'store.repair-failed', partition, reason })
      return outcome
    }
    this.urgent.delete(partition)
    this.learn(partition, outcome.formerMs)
    const { isLevel, isWhole, diverged, pushes: rows, bytes, took } = outcome
    this.diverged += diverged
    this.pushes += rows
    this.bytes += bytes
    const tookMs = clock.monotonicMs() - startMs
    const fact = { kind: 'store.repair', partition, replicas: took.size, diverged, rows, bytes }
    const level = isLevel ? (diverged > 0 ? 'info' : 'debug') : 'warn'
    trace.note(level, { ...fact, isLevel, isWhole, tookMs })
    if (isLevel && isWhole) await this.remember(outcome, signal)
    return outcome
  }

  /** Replicas remember when they were last found equal, under whichever caretaker. */
  private learn(partition: number, formerMs: number): void {
    const known = this.repairedMs.get(partition) ?? 0
    if (formerMs > known) this.repairedMs.set(partition, formerMs)
  }

  /** Everybody may forget what was dead for long enough: all have been found to hold the same. */
  private async remember(repair: Repair, signal: AbortSignal): Promise<void> {
    const { partition } = repair.view
    this.repairedMs.set(partition, repair.beganMs)
    const replicas = [...repair.took]
    const purged = await severalAtOnce(replicas, replicas.length, (replica) =>
      this.tellRepaired(repair, replica, signal),
    )
    const rows = purged.reduce((sum, one) => sum + one, 0)
    if (rows > 0) this.care.store.trace.note('debug', { kind: 'store.purged', partition, rows })
  }

  /** A shard forgets a few rows at a time; it is told again until it has nothing to forget. */
  private async tellRepaired(
    { view, beganMs: atMs }: Repair,
    replica: number,
    signal: AbortSignal,
  ): Promise<number> {
    const { cluster, partition: p, epoch: e, links } = view
    const { graceMs } = this.care.limits
    const deadBeforeMs = purgedBefore(atMs, graceMs)
    const request = { kind: 'repaired', cluster, p, e, atMs, deadBeforeMs } as const
    for (let purged = 0; ; ) {
      const reply = await this.care.ask(links[replica], request, signal)
      if (!reply || reply.purged === 0) return purged
      purged += reply.purged
      await this.care.pay(reply.purged * PURGED_ROW_BYTES, signal)
    }
  }

  private worstAgeMs(): number {
    const { clock, view } = this.care.store
    const since = (partition: number) => this.repairedMs.get(partition) ?? this.sinceMs
    const all = view?.ring.table.map((_, partition) => since(partition)) ?? []
    return Math.max(0, ...all.map((atMs) => clock.wallMs() - atMs))
  }
}
