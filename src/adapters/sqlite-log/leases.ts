/**
 * Who reads for a group. One member holds the lease on a topic and renews it; when it has not done
 * so for as long as it promised to, another may take it. Each takeover raises the generation, and
 * a commit counts only under the generation of today, in the same transaction: so a member that
 * slept through its loss cannot commit, however late it wakes.
 *
 * Leases are measured on the wall clock, which all processes of a machine share. A renewal that
 * lies as far in the future as none could is expired too: the clock was put back since.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { Position } from '../../ports/log.ts'
import type { Place, Topic, Topics } from './topics.ts'

/** A member's hold on a topic for a group. */
export interface Lease {
  readonly topic: Topic
  readonly group: string
  readonly member: string
  readonly generation: number
}

export interface Claim {
  readonly topic: Topic
  readonly group: string
  readonly member: string
  readonly leaseMs: number
}

/** All but `isFree` and `isHeld` run inside a transaction. */
export interface Leases {
  isFree(topic: Topic, group: string, nowMs: number): boolean
  /** The lease and where the group stands; undefined when somebody else holds it. */
  claim(claim: Claim, nowMs: number): { lease: Lease; places: readonly Place[] } | undefined
  isHeld(lease: Lease): boolean
  /** False when it is lost. */
  renew(lease: Lease, nowMs: number): boolean
  /** `end`: the offset that the group reads next in that partition. Never goes back. */
  commit(lease: Lease, end: Position): 'committed' | 'fenced'
  leave(lease: Lease): void
}

export interface LeaseRow {
  readonly generation: number
  readonly member: string | null
  readonly renewedMs: number
  readonly leaseMs: number
}

export function hasExpired({ member, renewedMs, leaseMs }: LeaseRow, nowMs: number): boolean {
  return member === null || Math.abs(nowMs - renewedMs) > leaseMs
}

const SELECT = `
  SELECT generation, member, renewed_ms AS renewedMs, lease_ms AS leaseMs
  FROM leases WHERE topic = ? AND consumers = ?`
const TAKE = `
  INSERT OR REPLACE INTO leases (topic, consumers, generation, member, renewed_ms, lease_ms)
  VALUES (?, ?, ?, ?, ?, ?)`
const HELD = 'topic = ? AND consumers = ? AND generation = ? AND member = ?'
const RENEW = `UPDATE leases SET renewed_ms = ? WHERE ${HELD}`
const LEAVE = `UPDATE leases SET member = NULL WHERE ${HELD}`
const COMMIT = `
  INSERT INTO commits (topic, consumers, partition, next_offset) VALUES (?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET next_offset = max(next_offset, excluded.next_offset)`

export function keepLeases(database: DatabaseSync, topics: Topics): Leases {
  const select = database.prepare(SELECT)
  const take = database.prepare(TAKE)
  const renew = database.prepare(RENEW)
  const leave = database.prepare(LEAVE)
  const commit = database.prepare(COMMIT)
  const rowOf = (topic: Topic, group: string) => leaseRow(select.get(topic.id, group))
  const isHeld = ({ topic, group, generation, member }: Lease) => {
    const row = rowOf(topic, group)
    return row?.generation === generation && row.member === member
  }
  return {
    isFree(topic, group, nowMs) {
      const row = rowOf(topic, group)
      return row === undefined || hasExpired(row, nowMs)
    },
    claim({ topic, group, member, leaseMs }, nowMs) {
      const row = rowOf(topic, group)
      if (row && !hasExpired(row, nowMs)) return undefined
      const generation = (row?.generation ?? 0) + 1
      take.run(topic.id, group, generation, member, nowMs, leaseMs)
      return { lease: { topic, group, member, generation }, places: topics.places(topic, group) }
    },
    isHeld,
    renew: (lease, nowMs) => renew.run(nowMs, ...keyOf(lease)).changes > 0,
    commit(lease, { partition, offset }) {
      if (!isHeld(lease)) return 'fenced'
      commit.run(lease.topic.id, lease.group, partition, offset)
      return 'committed'
    },
    leave: (lease) => void leave.run(...keyOf(lease)),
  }
}

function keyOf({ topic, group, generation, member }: Lease) {
  return [topic.id, group, generation, member] as const
}

function leaseRow(row: Record<string, unknown> | undefined): LeaseRow | undefined {
  if (!row) return undefined
  return {
    generation: Number(row.generation),
    member: row.member === null ? null : String(row.member),
    renewedMs: Number(row.renewedMs),
    leaseMs: Number(row.leaseMs),
  }
}
