/**
 * Which alerts still say something about now.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Notification } from '../api/types.ts'
import { ACTIVE_MS, activeAlerts, OPEN_MS } from './alerts.ts'

type Note = NonNullable<Notification['incident']>
const KINDS = { silent: 'meter_silent', stuck: 'meter_stuck', level: 'level_changed' } as const

function told(cause: Note['cause'], phase: Note['phase'], atMs: number, id = 'a'): Notification {
  const opening = cause === 'higher' || cause === 'lower' ? 'pattern_outlier' : KINDS[cause]
  const tipo = `${phase === 'opened' ? opening : `${cause}_${phase}`}_kw`
  const severity = phase === 'closed' ? 'info' : 'warning'
  return {
    id: `7:kw:${tipo}:${atMs}`,
    ...{ timestamp: atMs / 1000, timestamp_ms: atMs, floor: 7, metric: 'kw' },
    ...{ value: 300, threshold: 300, threshold_base: 300, severity, message: '' },
    incident: { id: `${cause}-${id}`, cause, phase, severity },
  }
}

function over(atMs: number): Notification {
  const { incident: _, ...plain } = told('higher', 'opened', atMs)
  return { ...plain, id: `7:kw:kw_over:${atMs}` }
}
const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id)
const START_MS = 1_000_000_000

test('a dead meter stays active until it speaks, however long', () => {
  const opened = told('silent', 'opened', START_MS)
  const laterMs = START_MS + 90 * 86_400_000
  assert.deepEqual(activeAlerts([opened], laterMs), [opened])
  assert.deepEqual(activeAlerts([opened, told('silent', 'closed', laterMs)], laterMs), [])
})

test('an incident stays active while it may be open; a threshold for five minutes', () => {
  for (const cause of ['higher', 'lower', 'level'] as const) {
    const opened = told(cause, 'opened', START_MS)
    assert.deepEqual(activeAlerts([opened], START_MS + 3_600_000), [opened], cause)
    assert.deepEqual(activeAlerts([opened], START_MS + OPEN_MS[cause] + 1), [], cause)
  }
  assert.equal(activeAlerts([over(START_MS)], START_MS + ACTIVE_MS).length, 1)
  assert.deepEqual(activeAlerts([over(START_MS)], START_MS + ACTIVE_MS + 1), [])
})

test('the end of one incident leaves another of the same floor and metric', () => {
  const level = told('level', 'opened', START_MS)
  const higher = told('higher', 'opened', START_MS + 1)
  const closed = told('higher', 'closed', START_MS + 2)
  assert.deepEqual(activeAlerts([level, higher, closed], START_MS + 3), [level])
  const limit = over(START_MS + 1)
  assert.deepEqual(ids(activeAlerts([level, limit, closed], START_MS + 3)), ids([limit, level]))
})

test('an incident that got worse is told once; it is over when there is a next one', () => {
  const opened = told('higher', 'opened', START_MS)
  const worse = told('higher', 'worse', START_MS + 1)
  assert.deepEqual(activeAlerts([opened, worse], START_MS + 2), [worse])
  const next = told('higher', 'opened', START_MS + 2, 'b')
  assert.deepEqual(activeAlerts([opened, worse, next], START_MS + 3), [next])
  const end = told('higher', 'closed', START_MS + 3, 'b')
  assert.deepEqual(activeAlerts([opened, worse, next, end], START_MS + 4), [])
})
