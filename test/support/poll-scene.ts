/**
 * A detector that polls floor 1 of a store, in a time that a test moves. It may be stopped and
 * started again; what it tells people is kept in the order in which they hear it.
 */
import { seededRandom } from '../../src/adapters/seeded-random.ts'
import { openStatistics } from '../../src/adapters/sqlite-statistics.ts'
import { METERS_OF_A_FLOOR } from '../../src/detection/incidents/watched-floor.ts'
import { createPollDetection } from '../../src/detection/poll-detection.ts'
import type { Alert, IncidentEvent } from '../../src/model/alert.ts'
import { parseIncident } from '../../src/model/incident.ts'
import { INCIDENT_PREFIX, latestKey } from '../../src/model/keys.ts'
import { DEFAULT_THRESHOLDS } from '../../src/model/thresholds.ts'
import type { BroadcastOutcome } from '../../src/ports/alert-broadcast.ts'
import { fakeStore } from './fake-store.ts'
import { manualClock } from './manual-clock.ts'
import { type MeterReading, START_MS } from './meter-series.ts'
import { recordingTrace } from './traces.ts'
import { WATCH_RULES } from './watched-meters.ts'

const LIMITS = { ...DEFAULT_THRESHOLDS.default, kw_max: 1e6 }

/** Each life polls the readings that it is given, at their own time. */
export function pollScene(store = fakeStore()) {
  const [clock, trace] = [manualClock(START_MS), recordingTrace()]
  const sent: Alert[] = []
  const coordinator = { says: 'accepted' as BroadcastOutcome }
  const turns = async () => {
    for (let turn = 0; turn < 12; turn += 1) await clock.advance(0)
  }
  const poll = async () => {
    await clock.advance(500)
    await turns()
  }
  const life = () =>
    createPollDetection(
      {
        ...{ clock, trace, store, random: seededRandom('poll') },
        broadcast: {
          async send(alert) {
            if (coordinator.says === 'accepted') sent.push(alert)
            return coordinator.says
          },
        },
        thresholds: { current: async () => ({ ...DEFAULT_THRESHOLDS, default: LIMITS }) },
        sayings: { current: async () => undefined },
        statistics: openStatistics({ path: ':memory:' }),
      },
      {
        ...{
          rules: WATCH_RULES,
          budgetPerMonth: METERS_OF_A_FLOOR,
          dryRun: false,
          floors: [1],
          pollMs: 500,
        },
        ...{ statisticsRefreshMs: 1e12, thresholdsPollMs: 1e12 },
      },
    )
  return {
    ...{ store, sent, clock, trace, coordinator, poll },
    async live(series: readonly MeterReading[], during: () => Promise<void> = async () => {}) {
      const stop = new AbortController()
      const running = life().run(stop.signal)
      await turns()
      for (const { timeMs, value } of series) {
        await clock.advance(Math.max(0, timeMs - clock.wallMs()))
        const timestamp = new Date(timeMs).toISOString()
        const text = JSON.stringify({ piano: 1, timestamp, sensore2_kw: value })
        await store.write([{ key: latestKey(1), text }])
        await poll()
      }
      await during()
      stop.abort()
      await running
    },
    opened: () =>
      eventsOf(sent).flatMap(({ incident }) => (incident.phase === 'opened' ? incident.id : [])),
    /** "opened silent", in the order in which people hear it. */
    told: () => eventsOf(sent).map(({ incident }) => `${incident.phase} ${incident.cause}`),
    incidents: () => store.keys().filter((key) => key.startsWith(INCIDENT_PREFIX)),
    /** "closed silent", by their beginning. */
    documents() {
      const texts = this.incidents().sort().map(store.text)
      return texts.flatMap((text) => {
        const incident = parseIncident(text ?? '')
        return incident ? `${incident.state} ${incident.cause}` : []
      })
    },
  }
}

function eventsOf(alerts: readonly Alert[]): readonly IncidentEvent[] {
  const events = alerts.flatMap(({ eventi }) => eventi)
  return events.filter((one): one is IncidentEvent => 'incident' in one)
}
