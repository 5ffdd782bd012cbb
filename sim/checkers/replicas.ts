/**
 * What stands on the disks once everything has calmed down: the replicas of each partition hold the
 * same rows, nobody else holds any of it, and no row stands that was certainly deleted. Pure, over
 * what the disks hold.
 *
 * A deleted or expired row may be gone from some replicas and not yet from others, if it was dead
 * for longer than such rows are kept; that one which is gone must not stand anywhere in an older
 * version needs no rule of its own, since the newest counts.
 */
import { compareVersions } from '../../src/model/version.ts'
import type { Row } from '../../src/ports/key-value-engine.ts'
import { wallOf } from '../../src/store/hybrid-clock.ts'
import type { WriteEntry } from '../history.ts'
import type { Violation } from './violation.ts'

export interface Replica {
  readonly shard: string
  readonly rows: readonly Row[]
}

export interface PartitionOnDisks {
  readonly partition: number
  readonly replicas: readonly Replica[]
  /** Names of shards that hold rows of it and are no replicas of it. */
  readonly foreign: readonly string[]
}

export interface Moment {
  readonly nowMs: number
  /** Dead rows are kept at least so long. */
  readonly graceMs: number
}

export function checkReplicas(
  partitions: readonly PartitionOnDisks[],
  moment: Moment,
): readonly Violation[] {
  return partitions.flatMap((one) => [...differences(one, moment), ...leftovers(one)])
}

function differences(
  { partition, replicas }: PartitionOnDisks,
  moment: Moment,
): readonly Violation[] {
  const held = replicas.map(({ shard, rows }) => {
    return { shard, byKey: new Map(rows.map((row) => [row.key, row])) }
  })
  const keys = new Set(replicas.flatMap(({ rows }) => rows.map(({ key }) => key)))
  return [...keys].flatMap((key) => {
    const rows = held.map(({ byKey }) => byKey.get(key))
    const newest = newestOf(rows)
    const wrong = held.filter(({ byKey }) => !isRight(byKey.get(key), newest, moment))
    if (wrong.length === 0) return []
    const facts = held.map(({ shard, byKey }) => `${shard} ${tell(byKey.get(key))}`)
    const sentence = `replicas of ${key} (partition ${partition}) differ: ${facts.join(', ')}`
    return [{ promise: 'S21', sentence }]
  })
}

function newestOf(rows: readonly (Row | undefined)[]): Row | undefined {
  let newest: Row | undefined
  for (const row of rows) {
    if (row && (!newest || compareVersions(row.version, newest.version) > 0)) newest = row
  }
  return newest
}

function isRight(row: Row | undefined, newest: Row | undefined, moment: Moment): boolean {
  if (!newest) return true
  if (!row) return mayBeForgotten(newest, moment)
  const isSame = compareVersions(row.version, newest.version) === 0
  return isSame && row.text === newest.text && row.expiresMs === newest.expiresMs
}

function mayBeForgotten({ text, expiresMs, version }: Row, { nowMs, graceMs }: Moment): boolean {
  const deadMs = text === null ? wallOf(version.time) : expiresMs
  return deadMs !== null && deadMs < nowMs - graceMs
}

function leftovers({ partition, foreign }: PartitionOnDisks): readonly Violation[] {
  return foreign.map((shard) => ({
    promise: 'S24',
    sentence: `${shard} still holds rows of partition ${partition}, which has moved away`,
  }))
}

/** Rows that can be read, though a deletion was sent after them and acknowledged. */
export function checkDeleted(
  partitions: readonly PartitionOnDisks[],
  writes: readonly WriteEntry[],
): readonly Violation[] {
  const byText = new Map(writes.map((write) => [write.text, write]))
  const deletions = writes.filter(({ text, outcome }) => text === null && outcome === 'done')
  return partitions.flatMap(({ replicas }) =>
    replicas.flatMap(({ shard, rows }) =>
      rows.flatMap(({ key, text }) => {
        const write = text === null ? undefined : byText.get(text)
        const deletion = write && deletions.find((one) => one.key === key && write.end < one.start)
        if (!deletion) return []
        const again = `${shard} holds write ${write.id} of ${key} again`
        const sentence = `${again}, which ${deletion.id} deleted`
        return [{ promise: 'S23', sentence }]
      }),
    ),
  )
}

function tell(row: Row | undefined): string {
  if (!row) return 'nothing'
  const { text, version, expiresMs } = row
  const what = text === null ? 'a deletion' : text.slice(0, 60)
  const { order, time, writer } = version
  return `${what} of ${order}/${time}/${writer} until ${expiresMs ?? 'ever'}`
}
