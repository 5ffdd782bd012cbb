/**
 * What the numbers of an alert mean, where its kind decides it.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Notification } from '../api/types.ts'
import {
  ALERTS_PER_PAGE,
  kindOf,
  limitOf,
  overPercentOf,
  pageOfAlerts,
  sayingOf,
  silenceSecondsOf,
} from './alerts.ts'

function alertOf(id: string, value: number, threshold = 11): Notification {
  const numbers = { value, threshold, threshold_base: threshold }
  const times = { timestamp: 1, timestamp_ms: 1_000 }
  return { id, ...times, floor: 1, metric: 'kw', ...numbers, severity: 'warning', message: '' }
}

test('what is off its pattern is too high or too low', () => {
  assert.equal(kindOf(alertOf('1:kw:pattern_outlier_kw:a', 12)), 'pattern')
  assert.equal(kindOf(alertOf('1:kw:pattern_outlier_kw:a', 3)), 'below')
  assert.equal(kindOf(alertOf('1:kw:higher_closed_kw:a', 3)), 'closed')
})

test('what ended only because another rule judges is not said to be as usual again', () => {
  const closed = alertOf('1:kw:higher_closed_kw:a', 12)
  const note = { id: 'i', cause: 'higher', phase: 'closed', severity: 'info' } as const
  assert.equal(sayingOf({ ...closed, incident: note }), 'closed')
  assert.equal(sayingOf({ ...closed, incident: { ...note, endedBy: 'new-rule' } }), 'replaced')
})

test('only a threshold is passed by so much per cent', () => {
  assert.equal(overPercentOf(alertOf('1:kw:kw_over:a', 22)), 100)
  assert.equal(overPercentOf(alertOf('1:kw:kw_over:a', 22, 0)), undefined)
  assert.equal(overPercentOf(alertOf('1:kw:pattern_outlier_kw:a', 3)), undefined)
})

test('the number of a silence is seconds', () => {
  const note = { id: 'i', phase: 'opened', severity: 'high' } as const
  const alert = alertOf('1:kw:meter_silent_kw:a', 300)
  assert.equal(silenceSecondsOf({ ...alert, incident: { ...note, cause: 'silent' } }), 300)
  assert.equal(silenceSecondsOf({ ...alert, incident: { ...note, cause: 'lower' } }), undefined)
  assert.equal(silenceSecondsOf(alert), undefined)
})

test('what ended is told as it ended: readings come, a value moves, a level is as expected', () => {
  const closed = alertOf('1:kw:silent_closed_kw:a', 12)
  const note = { id: 'i', phase: 'closed', severity: 'info' } as const
  const saying = (cause: 'silent' | 'stuck' | 'level' | 'lower') =>
    sayingOf({ ...closed, incident: { ...note, cause } })
  assert.equal(saying('silent'), 'heardAgain')
  assert.equal(saying('stuck'), 'movesAgain')
  assert.equal(saying('level'), 'levelAgain')
  assert.equal(saying('lower'), 'closed')
})

test('only what a value was held against is drawn as a limit, and seconds are none', () => {
  assert.equal(limitOf(alertOf('1:kw:kw_over:a', 22)), 11)
  assert.equal(limitOf(alertOf('1:kw:pattern_outlier_kw:a', 22)), 11)
  assert.equal(limitOf(alertOf('1:kw:kw_over:a', 22, 0)), undefined)
  for (const kind of ['meter_silent', 'meter_stuck', 'level_changed']) {
    assert.equal(limitOf(alertOf(`1:kw:${kind}_kw:a`, 300, 300)), undefined, kind)
  }
  const note = { id: 'i', phase: 'closed', severity: 'info', cause: 'silent' } as const
  const closed = alertOf('1:kw:silent_closed_kw:a', 300, 300)
  assert.equal(limitOf({ ...closed, incident: note }), undefined)
})

test('the list opens at the page of the chosen alert, until another page is asked for', () => {
  const rows = Array.from({ length: ALERTS_PER_PAGE * 3 }, (_, n) => alertOf(`a${n}`, 1))
  const at = (page?: number, chosenId?: string) => {
    const { page: number, shown } = pageOfAlerts(rows, { page, chosenId })
    return [number, shown[0]?.id]
  }
  assert.deepEqual(at(), [1, 'a0'])
  assert.deepEqual(at(undefined, `a${ALERTS_PER_PAGE}`), [2, `a${ALERTS_PER_PAGE}`])
  assert.deepEqual(at(1, `a${ALERTS_PER_PAGE}`), [1, 'a0'])
  assert.deepEqual(at(9), [3, `a${ALERTS_PER_PAGE * 2}`])
  assert.deepEqual(at(undefined, 'gone'), [1, 'a0'])
  assert.equal(pageOfAlerts([], { page: 2, chosenId: undefined }).page, 1)
})
