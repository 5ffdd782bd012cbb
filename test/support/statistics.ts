/**
 * What a history holds, for tests to look at.
 */
import type { SlotKey, SlotStatistics, StatisticsTable } from '../../src/ports/statistics.ts'

/** Everything known of all floors. */
export function everythingIn(table: StatisticsTable): readonly (SlotKey & SlotStatistics)[] {
  return table.floors().flatMap((floor) => table.read(floor))
}
