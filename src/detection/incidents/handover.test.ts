/**
 * A new rule takes over: incidents that people know go on, end, or are joined by new ones, and each
 * of that is told once.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anEvidence, anIncident, MONDAY_MS } from '../../../test/support/evidence.ts'
import { handOver, leftOpen, toldOf, withoutPassing, withUnsaved } from './handover.ts'
import type { IncidentChange, OpenIncident } from './incident-machine.ts'

const HOUR_MS = 3_600_000
/** Of the first reading that the new rule judges aloud. */
const NOW_MS = MONDAY_MS + 9 * HOUR_MS

function open(cause: OpenIncident['cause'], hour: number, score = 2): OpenIncident {
  const startMs = MONDAY_MS + hour * HOUR_MS
  const evidence = anEvidence({ timeMs: startMs, score })
  return { cause, startMs, foundMs: startMs, opening: evidence, peak: evidence }
}

const said = (changes: readonly IncidentChange[]) =>
  changes.map(({ phase, incident, timeMs, endedBy }) => {
    const hours = (ms: number) => (ms - MONDAY_MS) / HOUR_MS
    const by = endedBy ? ` by ${endedBy}` : ''
    return `${phase} ${incident.cause} of ${hours(incident.startMs)} at ${hours(timeMs)}${by}`
  })

const told = (...incidents: readonly OpenIncident[]) => leftOpen({ open: incidents })

test('what only the former rule found ends with the first reading of the new one', () => {
  const { open: still, changes } = handOver([], told(open('higher', 1), open('level', 2)), NOW_MS)
  assert.deepEqual(still, [])
  assert.deepEqual(said(changes), [
    'closed level of 2 at 9 by new-rule',
    'closed higher of 1 at 9 by new-rule',
  ])
  assert.ok(changes.every(({ incident }) => incident.foundMs === NOW_MS))
})

test('what both found goes on as people know it, with the clearer peak, in silence', () => {
  const [known, own] = [open('higher', 1, 4), open('higher', 3, 3)]
  const { open: still, changes } = handOver([own], told(known), NOW_MS)
  assert.deepEqual(changes, [])
  assert.deepEqual(still, [{ ...known, foundMs: own.foundMs }])
  const clearer = open('higher', 3, 6)
  assert.equal(handOver([clearer], told(known), NOW_MS).open[0]?.peak, clearer.peak)
})

test('what only the new rule found is told, for nobody knows of it', () => {
  const own = open('lower', 3)
  const { open: still, changes } = handOver([own], told(open('higher', 1)), NOW_MS)
  assert.deepEqual(still, [own])
  assert.deepEqual(said(changes), ['closed higher of 1 at 9 by new-rule', 'opened lower of 3 at 9'])
})

test('of several that were left open the newest goes on and the others end', () => {
  const { changes } = handOver([open('level', 8)], told(open('level', 1), open('level', 5)), NOW_MS)
  assert.deepEqual(said(changes), ['closed level of 1 at 9 by new-rule'])
})

test('what was told with this very reading, before a kill, is told again and not otherwise', () => {
  const first = anIncident({ startMs: MONDAY_MS })
  const ended = { ...first, state: 'closed', changedMs: NOW_MS } as const
  const again = handOver([], [first, ended].map(toldOf), NOW_MS)
  assert.deepEqual(said(again.changes), ['closed higher of 0 at 9 by new-rule'])
  const later = handOver([], [first, ended].map(toldOf), NOW_MS + HOUR_MS)
  assert.deepEqual(later.changes, [])
})

test('a silent meter is no matter of the rule, and a strange state had nothing open', () => {
  const silent = toldOf(anIncident({ cause: 'silent' }))
  assert.deepEqual(handOver([], [silent], NOW_MS).changes, [])
  assert.deepEqual([leftOpen(undefined), leftOpen({ open: 'shape' as never })], [[], []])
})

test('what was told and not saved goes on, the newest of a cause and beside none', () => {
  const saved = [open('higher', 3)]
  const told = [anIncident({ startMs: MONDAY_MS + HOUR_MS }), anIncident({ cause: 'level' })]
  const older = anIncident({ cause: 'level', startMs: MONDAY_MS - HOUR_MS })
  const causes = withUnsaved(saved, [older, ...told]).map(({ cause, startMs }) => [cause, startMs])
  assert.deepEqual(causes, [
    ['higher', MONDAY_MS + 3 * HOUR_MS],
    ['level', MONDAY_MS],
  ])
})

test('where nothing is taken over everything stays as it is', () => {
  const own = [open('higher', 3)]
  assert.deepEqual(handOver(own, undefined, NOW_MS), { open: own, changes: [] })
})

test('what would open and end with one reading is no news', () => {
  const passing = open('higher', 3)
  const other = open('lower', 4)
  const changes: IncidentChange[] = [
    { phase: 'opened', incident: passing, timeMs: NOW_MS },
    { phase: 'opened', incident: other, timeMs: NOW_MS },
    { phase: 'closed', incident: passing, timeMs: NOW_MS },
  ]
  assert.deepEqual(said(withoutPassing(changes)), ['opened lower of 4 at 9'])
})
