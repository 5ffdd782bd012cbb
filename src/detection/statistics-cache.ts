/**
 * The historical statistics in memory, so that judging a reading never waits for a database. Read
 * again every STATS_REFRESH_SECS, one floor at a time: a year of many floors takes seconds, and no
 * alarm may wait so long. In between, half hours that were added do not count yet.
 */
import type { Metric } from '../model/alert.ts'
import type { Slot } from '../model/site-time.ts'
import type { SlotStatistics, StatisticsTable } from '../ports/statistics.ts'
import type { StatisticsLookup } from './rules.ts'

export interface StatisticsCache extends StatisticsLookup {
  /**
   * Reads everything again; how many slots are known. Until then the old ones hold. `giveWay`: lets
   * others work between two floors. Rejects with what the table throws and with what it rejects.
   */
  refresh(giveWay: () => Promise<void>): Promise<number>
}

/** Empty until the first refresh. */
export function statisticsCache(table: StatisticsTable): StatisticsCache {
  let known = new Map<string, SlotStatistics>()
  return {
    async refresh(giveWay) {
      const fresh = new Map<string, SlotStatistics>()
      for (const floor of table.floors()) {
        for (const row of table.read(floor)) fresh.set(nameOf(floor, row, row.metric), row)
        await giveWay()
      }
      known = fresh
      return known.size
    },
    find: (floor, slot, metric) => known.get(nameOf(floor, slot, metric)),
  }
}

function nameOf(floor: number, { weekday, halfHour }: Slot, metric: Metric): string {
  return `${floor}/${weekday}/${halfHour}/${metric}`
}
