/**
 * Evidence and incidents for tests of what is made of them.
 */
import type { Evidence, Incident } from '../../src/model/incident.ts'
import { incidentId } from '../../src/model/incident.ts'

/** A Monday, 08:30 in UTC. */
export const MONDAY_MS = Date.UTC(2026, 0, 5, 8, 30)

export function anEvidence(change: Partial<Evidence> = {}): Evidence {
  return {
    ...{ channel: 'season', direction: 'up', timeMs: MONDAY_MS, weekday: 0, halfHour: 17 },
    ...{ value: 12, expected: 6, low: 4, high: 8, statistic: 12, comparable: 40 },
    ...{ ratePerMonth: 0.004, sharePerMonth: 0.04, budgetPerMonth: 1, score: 2 },
    ...{ isLikeSunday: false, learned: 'weekly-profile', rule: 'watch-1' },
    ...change,
  }
}

export function anIncident(change: Partial<Incident> = {}): Incident {
  const { floor = 1, metric = 'kw', cause = 'higher', startMs = MONDAY_MS } = change
  const evidence = anEvidence({ timeMs: startMs })
  return {
    ...{ id: incidentId(floor, metric, cause, startMs), floor, metric, cause, state: 'open' },
    ...{ startMs, endMs: null, changedMs: startMs, severity: 'warning' },
    ...{ opening: evidence, peak: evidence, message: 'Alta.', messageEn: 'High.', quietBy: null },
    ...change,
  }
}
