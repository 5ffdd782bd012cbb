/**
 * A member of a group. It stands by until the group's lease is free, takes it, and then has all
 * partitions for itself until it leaves or finds that another has taken over; then it gives up what
 * it had and stands by again. It reads only when it is asked for the next event, so a consumer that
 * stalls holds one batch and no more.
 */
import { randomUUID } from 'node:crypto'
import { assert } from '../../model/must.ts'
import type { ConsumeOptions, Gap, GroupEvent, LogBatch, LogRecord } from '../../ports/log.ts'
import type { Claim, Lease } from './leases.ts'
import { askPatiently, type Parts, untilAborted, writePatiently } from './parts.ts'
import { endOf, type NextEvent, type Places, readNext } from './read-next.ts'
import type { Place, Topic } from './topics.ts'

/** How often one that stands by looks whether it may take over. */
const STAND_BY_LOOK_MS = 100
/** A lease is renewed so many times before it would expire. */
const RENEWALS_PER_LEASE = 4

export function consume(
  parts: Parts,
  topicName: string,
  group: string,
  signal: AbortSignal,
  options: ConsumeOptions,
): AsyncGenerator<GroupEvent> {
  assert(options.batchRecordsMax >= 1, 'a batch may hold a record')
  return untilAborted(parts, signal, async function* (until) {
    const topic = await askPatiently(parts, until, () => parts.topics.find(topicName))
    while (!until.aborted) {
      const membership = await join(parts, topic, group, until)
      try {
        yield* serve(parts, membership, until, options)
      } finally {
        await leave(parts, membership)
      }
    }
  })
}

interface Membership {
  readonly lease: Lease
  readonly places: Places
  /** Aborted when it has left. */
  readonly over: AbortController
  /** Another has taken over. */
  isLost: boolean
}

/** Rejects with the signal's reason when it is aborted while standing by. */
async function join(
  parts: Parts,
  topic: Topic,
  group: string,
  until: AbortSignal,
): Promise<Membership> {
  const claim = { topic, group, member: randomUUID(), leaseMs: parts.leaseMs }
  for (;;) {
    const claimed = await tryToClaim(parts, claim, until)
    if (claimed) return begin(parts, claimed.lease, claimed.places)
    await parts.clock.sleep(STAND_BY_LOOK_MS, until)
  }
}

async function tryToClaim(parts: Parts, claim: Claim, until: AbortSignal) {
  const { clock, leases } = parts
  const isFree = () => leases.isFree(claim.topic, claim.group, clock.wallMs())
  if (!(await askPatiently(parts, until, isFree))) return undefined
  return writePatiently(parts, until, {
    run: () => leases.claim(claim, clock.wallMs()),
    durability: 'relaxed',
    bytes: 0,
  })
}

function begin(parts: Parts, lease: Lease, places: readonly Place[]): Membership {
  for (const { partition, offset, removed } of places) {
    if (removed > 0) noteGap(parts, lease, { partition, from: offset - removed, to: offset })
  }
  const membership: Membership = {
    lease,
    places: new Map(places.map(({ partition, offset }) => [partition, offset])),
    over: new AbortController(),
    isLost: false,
  }
  parts.held.add(lease)
  // Never rejects; ends when the membership is over.
  void keepRenewing(parts, membership)
  return membership
}

async function* serve(
  parts: Parts,
  membership: Membership,
  until: AbortSignal,
  { batchRecordsMax }: ConsumeOptions,
): AsyncGenerator<GroupEvent> {
  const assigned = [...membership.places]
  for (const [partition, nextOffset] of assigned) yield { kind: 'assigned', partition, nextOffset }
  while (!until.aborted && !membership.isLost) {
    const rings = parts.bell.count()
    const event = await askPatiently(parts, until, () => look(parts, membership, batchRecordsMax))
    if (event?.kind === 'records') yield { kind: 'batch', batch: batchOf(parts, membership, event) }
    else if (event) noteGap(parts, membership.lease, event)
    else await parts.bell.after(rings, until)
  }
  if (!membership.isLost) return
  for (const [partition] of assigned) yield { kind: 'revoked', partition }
}

/** What comes next, unless the lease is lost. */
function look(parts: Parts, membership: Membership, recordsMax: number): NextEvent | undefined {
  if (!parts.leases.isHeld(membership.lease)) lose(parts, membership)
  if (membership.isLost) return undefined
  return readNext(parts, membership.lease.topic, membership.places, recordsMax)
}

function batchOf(
  parts: Parts,
  membership: Membership,
  { partition, records }: { partition: number; records: readonly LogRecord[] },
): LogBatch {
  const end = { partition, offset: endOf(records) }
  return {
    partition,
    records,
    async commit() {
      const run = () => parts.leases.commit(membership.lease, end)
      const outcome = await parts.writer.submit({ run, durability: 'fsynced', bytes: 0 })
      if (outcome === 'fenced') lose(parts, membership)
      return outcome
    },
  }
}

function lose(parts: Parts, membership: Membership): void {
  if (membership.isLost) return
  membership.isLost = true
  const { topic, group } = membership.lease
  parts.trace.note('info', { kind: 'log.lease-lost', topic: topic.name, group })
  parts.bell.ring()
}

/** Also while the consumer is busy with a batch: only who cannot renew shall lose the lease. */
async function keepRenewing(parts: Parts, membership: Membership): Promise<void> {
  const { clock, leases, writer, retention, closed, leaseMs } = parts
  const over = AbortSignal.any([membership.over.signal, closed])
  const run = () => leases.renew(membership.lease, clock.wallMs())
  while (!membership.isLost && !over.aborted) {
    try {
      await clock.sleep(leaseMs / RENEWALS_PER_LEASE, over)
      const isRenewed = await writer.submit({ run, durability: 'relaxed', bytes: 0 })
      if (!isRenewed && !over.aborted) lose(parts, membership)
      retention.occasion()
    } catch (error) {
      if (over.aborted) return
      parts.trace.note('debug', { kind: 'log.lease-not-renewed', reason: String(error) })
    }
  }
}

/** Politely, so that another may take over at once. If that fails, the lease expires by itself. */
async function leave(parts: Parts, { lease, over }: Membership): Promise<void> {
  over.abort()
  parts.held.delete(lease)
  const run = () => parts.leases.leave(lease)
  await parts.writer.submit({ run, durability: 'relaxed', bytes: 0 }).catch((error: unknown) => {
    parts.trace.note('debug', { kind: 'log.not-left', reason: String(error) })
  })
}

function noteGap(parts: Parts, { topic, group }: Lease, gap: Omit<Gap, 'kind'>): void {
  parts.trace.note('warn', { ...gap, kind: 'log.gap', topic: topic.name, group })
}
