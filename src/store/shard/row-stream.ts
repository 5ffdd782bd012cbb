/**
 * A partition on its way from one shard to another, as the two of them see it: a page of rows is
 * read here, many rows are taken in there. Taking in is `apply` for each of them, and only what did
 * not come to that is told.
 */
import { isConditionalKey } from '../../model/keys.ts'
import { compareVersions } from '../../model/version.ts'
import type { KeyValueEngine, Row } from '../../ports/key-value-engine.ts'
import { bucketOf } from '../row-digest.ts'
import type { OperationResult, ReplyOf, ShardOperation, ShardRequest, WireRow } from '../wire.ts'
import type { LeftRow } from '../wire-stream.ts'
import { type OperationsWorld, performAll } from './operations.ts'
import { rowBytes, rowToWire, versionFromWire } from './wire-rows.ts'

/** A page ends with the row that brings it to so many bytes, estimated. */
export const PAGE_BYTES_MAX = 1024 * 1024
/** Rows that are read at once; fewer at first, since each may be as large as a page. */
const AT_ONCE_MAX = 32

type Asked<K extends ShardRequest['kind']> = Extract<ShardRequest, { kind: K }>

/** Throws EngineError `damaged` when one of the rows is: then others must be asked too. */
export function rowsPage(
  engine: KeyValueEngine,
  { p, from, limit, buckets }: Pick<Asked<'rows'>, 'p' | 'from' | 'limit' | 'buckets'>,
): ReplyOf<'rows'> {
  const chosen = buckets && new Set(buckets)
  const isChosen = ({ key }: Row) => chosen?.has(bucketOf(key)) ?? true
  const rows: WireRow[] = []
  let next: string | null = from
  let bytes = 0
  for (let looked = 0; next !== null && looked < limit && bytes < PAGE_BYTES_MAX; ) {
    const count = Math.min(AT_ONCE_MAX, looked + 1, limit - looked)
    const found: readonly Row[] = engine.scan(p, { from: next, to: null }, count, false)
    for (const row of found) {
      if (bytes >= PAGE_BYTES_MAX) return { kind: 'rows', rows, next: row.key }
      if (!isChosen(row)) continue
      rows.push(rowToWire(row))
      bytes += rowBytes(row)
    }
    looked += found.length
    const last = found.at(-1)
    next = last && found.length === count ? `${last.key}\0` : null
  }
  return { kind: 'rows', rows, next }
}

/** Rejects as `performAll`. */
export async function takeRows(
  world: OperationsWorld,
  { cluster, p, e, budgetMs, rows }: Asked<'take'>,
): Promise<ReplyOf<'take'>> {
  const ops = rows.map((row): ShardOperation => ({ op: 'apply', p, e, row }))
  const results = await performAll(world, { kind: 'ops', cluster, budgetMs, ops })
  const left = rows.flatMap((row, index): LeftRow[] => {
    const why = whyLeft(row, results[index])
    return why === undefined ? [] : [{ k: row.k, why }]
  })
  return { kind: 'take', left }
}

function whyLeft(row: WireRow, result: OperationResult | undefined): LeftRow['why'] | undefined {
  if (result?.r === 'refused') return result.why
  if (result?.r !== 'held') return 'busy'
  const isTaken = compareVersions(versionFromWire(result), versionFromWire(row)) === 0
  return isTaken || !isConditionalKey(row.k) ? undefined : 'outbid'
}
