/**
 * The synthetic history: half-hour averages of the past, so that patterns of a simulated building
 * can be judged from the first day. As a command it always writes, also over what was measured;
 * `up` writes only for a building that it simulates, and only where nothing is known yet.
 */
import { dirname } from 'node:path'
import { seededRandom } from '../../adapters/seeded-random.ts'
import { openStatistics } from '../../adapters/sqlite-statistics.ts'
import { systemClock } from '../../adapters/system-clock.ts'
import { type HistoryPlan, populateHistory } from '../../detection/made-up-past.ts'
import type { StatisticsTable } from '../../ports/statistics.ts'
import type { Invocation } from '../command.ts'
import { makeDataFolder } from '../data-folder.ts'
import { EXIT_DONE } from '../lifecycle.ts'
import type { Settings } from '../settings.ts'

/** The same history for everybody, so that alarms can be compared. */
const HISTORY_SEED = 'history'

export async function runPopulate({ resolved, json, output }: Invocation): Promise<number> {
  const { settings } = resolved
  makeDataFolder(dirname(settings.historicalDbPath))
  const table = openStatistics({ path: settings.historicalDbPath })
  const counts = populate(table, settings, systemClock.wallMs())
  table.close()
  const { rows, floors } = counts
  const said = `${rows} half hours of ${floors} floors in ${settings.historicalDbPath}`
  output.data(json ? JSON.stringify(counts) : said)
  return EXIT_DONE
}

/** Writes the history that ends now. */
export function populate(table: StatisticsTable, settings: Settings, nowMs: number) {
  return populateHistory(table, planOf(settings, nowMs), seededRandom(HISTORY_SEED))
}

function planOf(settings: Settings, nowMs: number): HistoryPlan {
  const bases = [settings.histBaseKwFloor1, settings.histBaseKwFloor2, settings.histBaseKwFloor3]
  return {
    days: settings.histDays,
    endMs: nowMs,
    floors: bases.map((baseKw, index) => ({ floor: index + 1, baseKw })),
    ampPerKw: settings.histAmpPerKw,
    baseVolt: settings.histBaseVolt,
    kwNoiseStd: settings.histKwNoiseStd,
    ampNoiseStd: settings.histAmpNoiseStd,
    voltNoiseStd: settings.histVNoiseStd,
    timeZone: settings.siteTimezone,
  }
}
