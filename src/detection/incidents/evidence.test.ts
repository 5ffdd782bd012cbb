/**
 * From its evidence alone each alert can be computed again: whether it is one, how grave, what it
 * was held against, and every word and number of it that people and programs were told.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anEvidence } from '../../../test/support/evidence.ts'
import { HOUR_MS, meterReadings, OPTIONS } from '../../../test/support/meter-series.ts'
import type { Evidence } from '../../model/incident.ts'
import { causeOf, computed, severityOf } from './evidence.ts'
import { incidentEvent } from './incident-event.ts'
import type { IncidentChange } from './incident-machine.ts'
import { type SeriesState, stepSeries } from './series.ts'

const NAME = { floor: 3, metric: 'kw' } as const

function changesOfAYear(): readonly IncidentChange[] {
  const changes: IncidentChange[] = []
  let state: SeriesState | undefined
  for (const [hour, { timeMs, value }] of meterReadings(60, HOUR_MS).entries()) {
    const fault = hour % 171 === 170 ? value * 3 : hour % 400 > 394 ? 0 : value
    const step = stepSeries(state, timeMs, hour > 1_300 ? fault + 9 : fault, OPTIONS)
    assert.ok(step.kind === 'judged')
    state = step.state
    changes.push(...step.changes)
  }
  return changes
}

/** What a client has who kept nothing but the evidence and where it stood. */
function again({ phase, incident, timeMs }: IncidentChange, evidence: Evidence): IncidentChange {
  const { cause, startMs, foundMs } = incident
  const kept = JSON.parse(JSON.stringify(evidence))
  const rebuilt = { cause, startMs, foundMs, opening: kept, peak: kept }
  return { phase, incident: rebuilt, timeMs }
}

test('every alert of two months is computed again from its evidence', () => {
  const changes = changesOfAYear()
  const phases = new Set(changes.map(({ phase, incident }) => `${phase} ${incident.cause}`))
  for (const one of ['opened higher', 'opened lower', 'opened level', 'closed higher']) {
    assert.ok(phases.has(one), one)
  }
  for (const change of changes) {
    const event = incidentEvent(NAME, change)
    const { isAlarm, score, severity } = computed(event.evidence)
    assert.ok(isAlarm, JSON.stringify(event.evidence))
    assert.equal(score, event.evidence.score)
    assert.ok(event.evidence.sharePerMonth <= event.evidence.budgetPerMonth)
    const { incident: told, ...rest } = event
    const { incident: recomputed, ...others } = incidentEvent(NAME, again(change, event.evidence))
    assert.deepEqual(others, rest)
    assert.equal(recomputed.id, told.id)
    if (change.phase === 'opened' && told.cause !== 'level') assert.equal(told.severity, severity)
  }
})

test('a value outside of its band deviates by as much as is said', () => {
  for (const { incident } of changesOfAYear()) {
    const { opening } = incident
    if (opening.channel !== 'surprise' && opening.channel !== 'season') continue
    const { sigma, zscore, threshold } = computed(opening)
    assert.ok(Math.abs(zscore * sigma - (opening.value - opening.expected)) < 1e-9)
    const isOver =
      opening.direction === 'up' ? opening.value >= threshold : opening.value <= threshold
    assert.ok(isOver, JSON.stringify(opening))
  }
})

test('a rate beyond the share is no alarm, whatever else the evidence says', () => {
  assert.equal(computed(anEvidence({ ratePerMonth: 0.041 })).isAlarm, false)
  assert.equal(computed(anEvidence({ ratePerMonth: 0.04 })).isAlarm, true)
})

test('severity rises with rarity', () => {
  assert.deepEqual([1, 2.9, 3, 5.9, 6, 20].map(severityOf), [
    ...['warning', 'warning', 'high', 'high'],
    ...['critical', 'critical'],
  ])
})

test('channel and direction say the cause', () => {
  const causes = [
    anEvidence(),
    anEvidence({ direction: 'down', channel: 'hours' }),
    anEvidence({ channel: 'level', direction: 'down' }),
    anEvidence({ channel: 'stuck', direction: 'none' }),
    anEvidence({ channel: 'silence', direction: 'none' }),
  ].map(causeOf)
  assert.deepEqual(causes, ['higher', 'lower', 'level', 'stuck', 'silent'])
})
