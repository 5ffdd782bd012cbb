/**
 * A building of watched floors between a log and people, in a time that a test moves: readings come
 * when their own time says, and the detector may be killed and started again at any place.
 */
import { seededRandom } from '../../src/adapters/seeded-random.ts'
import { openStatistics } from '../../src/adapters/sqlite-statistics.ts'
import { METERS_OF_A_FLOOR } from '../../src/detection/incidents/watched-floor.ts'
import { createLogDetection } from '../../src/detection/log-detection.ts'
import { type AlarmSayings, NOTHING_SAID } from '../../src/model/alarm-sayings.ts'
import type { Incident } from '../../src/model/incident.ts'
import type { LearnedSeries } from '../../src/model/learned.ts'
import type { Notification } from '../../src/model/notification.ts'
import type { Reading } from '../../src/model/reading.ts'
import { DEFAULT_THRESHOLDS } from '../../src/model/thresholds.ts'
import { parseTimestamp } from '../../src/model/timestamp.ts'
import { ALERTS_TOPIC, READINGS_TOPIC } from '../../src/model/topics.ts'
import { oneLife, RULES } from './detection-world.ts'
import { manualClock } from './manual-clock.ts'
import { DAY_MS, type MeterReading } from './meter-series.ts'
import { scriptedLog } from './scripted-log.ts'
import { recordingTrace } from './traces.ts'

export const WATCH_RULES = { ...RULES, rule: 'watch', timeZone: 'UTC' } as const
/** High enough that no threshold speaks. */
const HIGH = { ...DEFAULT_THRESHOLDS.default, kw_max: 1e6, corrente_max: 1e6, tensione_max: 1e6 }

export interface AlertsRecord {
  readonly notification?: Notification
  readonly incident?: Incident
  readonly learned?: LearnedSeries
}

export function watchedBuilding(startMs: number) {
  const [log, trace, clock] = [scriptedLog(), recordingTrace(), manualClock(startMs)]
  const sayings = { current: NOTHING_SAID as AlarmSayings }
  log.wallMs = () => clock.wallMs()
  const life = (dryRun = false) => {
    const statistics = openStatistics({ path: ':memory:' })
    return createLogDetection(
      {
        ...{ log, trace, clock, statistics, random: seededRandom('watched') },
        thresholds: { current: async () => ({ ...DEFAULT_THRESHOLDS, default: HIGH }) },
        sayings: { current: async () => sayings.current },
      },
      {
        ...{ rules: WATCH_RULES, budgetPerMonth: METERS_OF_A_FLOOR, dryRun, topic: READINGS_TOPIC },
        ...{ statisticsRefreshMs: DAY_MS, thresholdsPollMs: 2_000 },
      },
    )
  }
  const isRead = () => log.isDrained(READINGS_TOPIC)
  const moving = async (isOver: () => boolean) => {
    while (!isOver()) await clock.advance(0)
  }
  const records = () =>
    log.records(ALERTS_TOPIC).map(({ value }) => JSON.parse(value) as AlertsRecord)
  return {
    ...{ log, trace, clock, sayings, life, isRead },
    /** Each reading at its own time. */
    async send(readings: readonly Reading[]) {
      for (const reading of readings) {
        const timeMs = parseTimestamp(reading.timestamp) ?? 0
        if (timeMs > clock.wallMs()) await clock.advance(timeMs - clock.wallMs())
        const record = { key: String(reading.piano), value: JSON.stringify(reading) }
        await log.append(READINGS_TOPIC, [record])
      }
    },
    /** One life of a detector: until everything is read, then `during`, then it is stopped. */
    async live(during: () => Promise<void> = async () => {}) {
      let isDone = false
      const running = oneLife(life(), () => isDone)
      await moving(isRead)
      await during()
      isDone = true
      await Promise.all([running, moving(() => isDone)])
    },
    /** As many lives as it takes. */
    async outlive() {
      while (!isRead()) {
        let isOver = false
        const running = oneLife(life(), isRead).finally(() => {
          isOver = true
        })
        await Promise.all([running, moving(() => isOver)])
      }
    },
    /** Ids of the notifications, each once. */
    told: () => [...new Set(records().flatMap(({ notification }) => notification?.id ?? []))],
    notifications: () => records().flatMap(({ notification }) => notification ?? []),
    /** What was learned of the power of a floor, as it was told. */
    learnedOf: (floor: number) =>
      records()
        .flatMap(({ learned }) => learned ?? [])
        .filter((one) => one.floor === floor && one.metric === 'kw'),
    /** The incidents as they stand, by their ids. */
    incidents: () => {
      const incidents = records().flatMap(({ incident }) => incident ?? [])
      return new Map(incidents.map((one) => [one.id, one]))
    },
  }
}

/** The same values as power, current and voltage of a floor. */
export function readingsOf(floor: number, series: readonly MeterReading[]): Reading[] {
  return series.map(({ timeMs, value }) => ({
    ...{ piano: floor, timestamp: new Date(timeMs).toISOString() },
    ...{ sensore2_kw: value, sensore3_corrente: value * 2.5, sensore3_tensione: 225 + value / 10 },
  }))
}
