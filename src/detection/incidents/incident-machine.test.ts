/**
 * Findings become incidents: how many, when they begin and end, and when people are told again.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anEvidence } from '../../../test/support/evidence.ts'
import type { Evidence } from '../../model/incident.ts'
import {
  type IncidentChange,
  type OpenIncident,
  QUIET_MS_MIN,
  QUIET_STEPS,
  stepIncidents,
} from './incident-machine.ts'

const MINUTE_MS = 60_000

const NEVER: (minute: number) => boolean = () => false

/** One reading a minute; what each finds, and what becomes of it: "opened higher at 0". */
function walk(
  found: readonly (readonly Evidence[])[],
  { stepMs = MINUTE_MS, shifted = NEVER } = {},
) {
  let open: readonly OpenIncident[] = []
  const changes: IncidentChange[] = []
  for (const [minute, some] of found.entries()) {
    const timeMs = minute * MINUTE_MS
    const isShifted = shifted(minute)
    const step = stepIncidents(open, { timeMs, stepMs, found: some, isShifted })
    open = step.open
    changes.push(...step.changes)
  }
  const said = changes.map(({ phase, incident, timeMs }) => {
    return `${phase} ${incident.cause} at ${timeMs / MINUTE_MS}`
  })
  return { said, open, changes }
}

const high = (score = 2) => [anEvidence({ score, ratePerMonth: 0.04 / 10 ** (score - 1) })]
const low = (score = 2) => [anEvidence({ direction: 'down', score })]
const none: readonly Evidence[] = []
const times = (count: number, what: readonly Evidence[]) => new Array(count).fill(what)
const QUIET = QUIET_MS_MIN / MINUTE_MS

test('a value that swings about its limit for an hour is one incident', () => {
  const swinging = Array.from({ length: 60 }, (_, i) => (i % 7 === 0 ? high() : none))
  const { said } = walk([...swinging, ...times(QUIET, none)])
  assert.deepEqual(said, ['opened higher at 0', `closed higher at ${56 + QUIET + 1}`])
})

test('it ends when it was found last, and is closed after a quiet time', () => {
  const { changes } = walk([none, high(), high(), ...times(QUIET + 1, none)])
  assert.deepEqual(
    changes.map(({ phase, incident }) => [phase, incident.startMs, incident.foundMs]),
    [
      ['opened', MINUTE_MS, MINUTE_MS],
      ['closed', MINUTE_MS, 2 * MINUTE_MS],
    ],
  )
})

test('a slow meter is given as many readings as a fast one', () => {
  const stepMs = 30 * MINUTE_MS
  const quiet = (QUIET_STEPS * stepMs) / MINUTE_MS
  const { said } = walk([high(), ...times(quiet + 1, none)], { stepMs })
  assert.deepEqual(said, ['opened higher at 0', `closed higher at ${quiet + 1}`])
})

test('it gets worse when its severity rises, and is told no more than twice', () => {
  const rising = [2, 2.5, 3.5, 3.9, 6.5, 9, 2].map((score) => high(score))
  const { said, open } = walk(rising)
  assert.deepEqual(said, ['opened higher at 0', 'worse higher at 2', 'worse higher at 4'])
  assert.equal(open[0]?.peak.score, 9)
  assert.equal(open[0]?.opening.score, 2)
})

test('higher and lower are two incidents, and only the clearer one of a reading counts', () => {
  assert.deepEqual(walk([[...high(2), ...low(4)]]).said, ['opened lower at 0'])
  assert.deepEqual(walk([high(), low()]).said, ['opened higher at 0', 'opened lower at 1'])
})

test('several channels that find the same thing are one incident', () => {
  const both = [...high(2), anEvidence({ channel: 'surprise', score: 5 })]
  const { said, open } = walk([both, both])
  assert.deepEqual(said, ['opened higher at 0'])
  assert.equal(open[0]?.peak.channel, 'surprise')
})

test('a changed level stays open as long as it stands, and ends when it does', () => {
  const level = [anEvidence({ channel: 'level' })]
  const shifted = (minute: number) => minute < 200
  const { said } = walk([level, ...times(210, none)], { shifted })
  assert.deepEqual(said, ['opened level at 0', 'closed level at 200'])
})

test('where readings alarm for a day the level has changed, whatever its channel says', () => {
  const shifted = (minute: number) => minute >= 2
  assert.deepEqual(walk([high(), high(), high()], { shifted }).said, [
    'opened higher at 0',
    'opened level at 2',
  ])
})
