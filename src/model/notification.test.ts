/**
 * What a person is shown of an incident, beside what the contract says of any notification.
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
