/**
 * What a person is shown of an alert: of an incident beside what the contract says, and its time.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { notificationSchema, notificationsOf } from './notification.ts'

const incident = { id: '1:kw:lower:5', cause: 'lower', phase: 'opened', severity: 'high' }
const event = {
  ...{ tipo: 'pattern_outlier_kw', valore: 2, threshold: 4, threshold_base: 4, zscore: -9 },
  ...{ descrizione: 'Bassa.', descrizione_en: 'Low.', incident },
}
const alertOf = (eventi: unknown) => ({ piano: 1, timestamp: 1_700_000_000, eventi })

test('an incident is named, says how grave it is, and speaks both languages', () => {
  const [one] = notificationsOf(alertOf([event]), 0)
  assert.deepEqual(one, {
    ...{ id: '1:kw:pattern_outlier_kw:1700000000', floor: 1, metric: 'kw', value: 2 },
    ...{ timestamp: 1_700_000_000, timestamp_ms: 1_700_000_000_000 },
    ...{ threshold: 4, threshold_base: 4, severity: 'high', message: 'Bassa.' },
    ...{ message_en: 'Low.', incident },
  })
  assert.deepEqual(notificationSchema.parse(one), one)
})

test('each kind of an incident belongs to its metric', () => {
  const metrics = ['higher_worse_amp', 'meter_silent_kw', 'level_changed_volt', 'stuck_closed_amp']
  const told = notificationsOf(alertOf(metrics.map((tipo) => ({ ...event, tipo }))), 0)
  assert.deepEqual(
    told.map(({ metric }) => metric),
    ['corrente', 'kw', 'tensione', 'corrente'],
  )
})

test('what another detector calls an incident changes nothing of the contract', () => {
  const foreign = { ...event, incident: { id: 7, severity: 'info' } }
  const [one] = notificationsOf(alertOf([foreign]), 0)
  assert.deepEqual(Object.keys(one ?? {}).toSorted(), [
    ...['floor', 'id', 'message', 'metric', 'severity', 'threshold', 'threshold_base'],
    ...['timestamp', 'timestamp_ms', 'value'],
  ])
})

test('seconds, milliseconds and ISO are understood; what is no date at all is now', () => {
  const timeOf = (timestamp: unknown) =>
    notificationsOf({ piano: 1, timestamp }, 1_700_000_000_000)[0]?.timestamp
  for (const same of [1_764_147_600, 1_764_147_600_000, '1764147600', '2025-11-26T09:00:00Z']) {
    assert.equal(timeOf(same), 1_764_147_600, String(same))
  }
  for (const none of [null, undefined, '', 'soon', -1, 0, Number.NaN, 1_764_147_600e9, 1e300, {}]) {
    assert.equal(timeOf(none), 1_700_000_000, String(none))
  }
})
