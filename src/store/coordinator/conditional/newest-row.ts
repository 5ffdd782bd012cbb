/**
 * What the replicas that promised a ballot had accepted last, taken together: the newest of it is
 * what a change begins with. Pure.
 */
import type { WireRow, WireVersion } from '../../wire.ts'
import { compareRows } from '../replica-result.ts'
import { writerOf } from './ballot-series.ts'
import { registerOf } from './register.ts'

/** What those that promised had accepted last, the newest of it. */
export function newestOf(rows: readonly (WireRow | null)[], ballot: WireVersion) {
  let newest: WireRow | null = null
  for (const row of rows) if (compareRows(row, newest) > 0) newest = row
  // Two rows that differ: the newer one may stand on a minority, and is nobody's yet.
  const isDecided = rows.every((row) => compareRows(row, newest) === 0)
  const isOurs = newest === null || writerOf(newest) === writerOf(ballot)
  const envelope = newest?.v ?? null
  return { register: registerOf(envelope), envelope, isDecided, isOurs }
}
