/**
 * The historical statistics in memory, so that judging a reading never waits for a database. Read
 * again every STATS_REFRESH_SECS; in between, half hours that were added do not count yet.
 */
import type { Metric } from '../model/alert.ts'
import type { Slot } from '../model/site-time.ts'
import type { SlotStatistics, StatisticsTable } from '../ports/statistics.ts'
import type { StatisticsLookup } from './rules.ts'

export interface StatisticsCache extends StatisticsLookup {
  /** Reads everything again; how many slots are known. Throws what the table throws. */
  refresh(): number
}

/** Empty until the first refresh. */
export function statisticsCache(table: StatisticsTable): StatisticsCache {
  let known = new Map<string, SlotStatistics>()
  return {
    refresh() {
      known = new Map(table.readAll().map((row) => [nameOf(row.floor, row, row.metric), row]))
      return known.size
    },
    find: (floor, slot, metric) => known.get(nameOf(floor, slot, metric)),
  }
}

function nameOf(floor: number, { weekday, halfHour }: Slot, metric: Metric): string {
  return `${floor}/${weekday}/${halfHour}/${metric}`
}
