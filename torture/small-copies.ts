/**
 * Disks of three shards as a test writes them down.
 */
import type { CopiedRow, ShardCopy } from './snapshot.ts'

export const row = (
  text: string | null,
  stamp: number,
  more: Partial<CopiedRow> = {},
): CopiedRow => ({
  ...{ partition: 0, text, order: stamp, stamp, writer: 'w', expiresMs: null, hash: 1 },
  ...more,
})

type Rows = Readonly<Record<string, CopiedRow>>

/** The first two hold partition 0; the third holds the older ring. */
export function copies(...rows: readonly Rows[]): readonly ShardCopy[] {
  return copiesIn([0, 1], rows)
}

/** `replicas` hold partition 0. */
export function copiesIn(replicas: readonly number[], rows: readonly Rows[]): readonly ShardCopy[] {
  const ids = ['a', 'b', 'c']
  const ringOf = (version: number, holders: readonly number[]) => ({
    ...{ cluster: 'c', version, replicationFactor: holders.length },
    table: [{ epoch: 1, replicas: holders }],
    shards: ids.map((id) => ({ id, address: id })),
  })
  return ids.map((id, n) => ({
    ...{ name: `shard ${id}`, id, ring: n === 2 ? ringOf(1, [1, 2]) : ringOf(2, replicas) },
    rows: new Map(Object.entries(rows[n] ?? {})),
  }))
}
