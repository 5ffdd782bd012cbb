/**
 * Who is told of what, when people have asked for quiet: from what was found and when, to what
 * reaches them. No detector, no log.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anEvidence, anIncident } from '../../../test/support/evidence.ts'
import { type AlarmSayings, type MuteTimes, NOTHING_SAID } from '../../model/alarm-sayings.ts'
import type { Voice } from '../../model/detection-state.ts'
import { must } from '../../model/must.ts'
import { DEFAULT_THRESHOLDS } from '../../model/thresholds.ts'
import { alertRecordsOf } from '../batch.ts'
import { handOver, toldOf as toldIncident } from './handover.ts'
import { type OpenIncident, QUIET_MS_MIN, stepIncidents } from './incident-machine.ts'
import { HEARD_MIN, heard, silenceOf } from './silence.ts'
import { hear, silenceBegins } from './silent-floor.ts'
import { tell } from './telling.ts'
import type { WatchedChange } from './watched-floor.ts'

const MINUTE_MS = 60_000
const at = (time: string) => Date.parse(`2026-01-05T${time}Z`)

/** Floor 3 was muted at `from` until `to`. */
function mutedFrom(from: string, to: string): AlarmSayings {
  return muted({ kind: 'until', untilMs: at(to) }, at(from))
}

function muted(times: MuteTimes, saidMs: number): AlarmSayings {
  const scope = { floor: 3, metric: null, cause: null }
  return { ...NOTHING_SAID, mutes: [{ id: 'mute-1', saidMs, endedMs: null, scope, times }] }
}

/** "opened", or "(opened)" where nobody was told. */
function toldOf(changes: readonly WatchedChange[], sayings: AlarmSayings): readonly string[] {
  const context = { sayings, thresholds: DEFAULT_THRESHOLDS, timeZone: 'UTC' }
  return tell(changes, context).map(({ alert }, i) => {
    const phase = must(changes[i]).change.phase
    return alert ? phase : `(${phase})`
  })
}

/** A meter speaks every half minute until 09:59:30, and then not before 11:30. */
function silenceOfAMorning(): readonly WatchedChange[] {
  let voice: Voice | undefined
  for (let i = HEARD_MIN; i > 0; i -= 1) voice = heard(voice, at('10:00') - (i * MINUTE_MS) / 2)
  const silence = must(silenceOf(must(voice), at('11:00'), 0, 'UTC'))
  const reading = { piano: 3, timestamp: '2026-01-05T11:30:00Z' }
  return [silenceBegins(3, silence), ...hear(silence.voice, reading, at('11:30'), 'UTC').changes]
}

/** What was found at which time, and how clearly. */
function found(scores: Readonly<Record<string, number>>): readonly WatchedChange[] {
  let open: readonly OpenIncident[] = []
  return Object.entries(scores).flatMap(([time, score]) => {
    const timeMs = at(time)
    const evidence = anEvidence({ timeMs, score, ratePerMonth: 0.04 / 10 ** (score - 1) })
    const some = score > 0 ? [evidence] : []
    const moment = { timeMs, stepMs: MINUTE_MS, found: some, isShifted: false }
    const step = stepIncidents(open, moment)
    open = step.open
    const reading = { piano: 3, timestamp: new Date(timeMs).toISOString() }
    const name = { floor: 3, metric: 'kw' } as const
    return step.changes.map((change) => ({ name, change, reading }))
  })
}

test('a mute that was said after the last reading holds for the silence that follows', () => {
  const silence = silenceOfAMorning()
  assert.deepEqual(toldOf(silence, mutedFrom('10:01', '12:00')), ['(opened)', '(closed)'])
  const weekly: MuteTimes = { kind: 'weekly', weekdays: [0], from: '10:00', to: '11:00' }
  assert.deepEqual(toldOf(silence, muted(weekly, at('08:00'))), ['(opened)', '(closed)'])
})

test('a mute that was over when the silence became one does not hold for it', () => {
  assert.deepEqual(toldOf(silenceOfAMorning(), mutedFrom('09:00', '10:02')), ['opened', 'closed'])
})

test('who was told that it got worse is told that it ended, though it opened under a mute', () => {
  const changes = found({ '11:00': 2, '12:10': 4, '12:20': 4.5, '13:30': 0 })
  assert.deepEqual(toldOf(changes, mutedFrom('10:00', '12:00')), ['(opened)', 'worse', 'closed'])
})

test('what nobody was told of ends in silence, though it was clearest after the mute', () => {
  const changes = found({ '11:00': 2, '11:40': 4, '12:10': 5, '13:30': 0 })
  const told = toldOf(changes, mutedFrom('10:00', '12:00'))
  assert.deepEqual(told, ['(opened)', '(worse)', '(closed)'])
  assert.ok(at('13:30') - at('12:10') > QUIET_MS_MIN)
})

test('an end that falls into a mute is not told', () => {
  const changes = found({ '09:00': 2, '10:30': 0 })
  assert.deepEqual(toldOf(changes, mutedFrom('10:00', '12:00')), ['opened', '(closed)'])
})

test('of two incidents of one cause that end with one reading both are shown', () => {
  const told = [at('06:00'), at('07:00')].map((startMs) => toldIncident(anIncident({ startMs })))
  const { changes } = handOver([], told, at('09:00'))
  const reading = { piano: 3, timestamp: '2026-01-05T10:00:00.000400+01:00' }
  const name = { floor: 3, metric: 'kw' } as const
  const ended = changes.map((change) => ({ name, change, reading }))
  const context = { sayings: NOTHING_SAID, thresholds: DEFAULT_THRESHOLDS, timeZone: 'UTC' }
  const records = tell(ended, context).flatMap(({ alert }) => alertRecordsOf(must(alert), 0))
  assert.deepEqual(
    records.map((one) => one.kind === 'notification' && one.notification.id),
    [
      '3:kw:higher_closed_kw:2026-01-05T10:00:00.000400+01:00',
      '3:kw:higher_closed_kw:2026-01-05T09:00:00.001Z',
    ],
  )
})
