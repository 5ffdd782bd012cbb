import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checked, stepContext } from '../../test/support/detection-world.ts'
import type { Alert } from '../model/alert.ts'
import type { Reading } from '../model/reading.ts'
import { joinAlerts } from './alert-document.ts'
import { step } from './step.ts'

function alertOf(timestamp: string, fields: Partial<Reading>): Alert {
  const result = step(undefined, checked(timestamp, fields), stepContext())
  assert.ok(result.kind === 'judged' && result.alert)
  return result.alert
}

const kw = alertOf('2026-01-05T08:00:00.100Z', { sensore2_kw: 12 })
const amp = alertOf('2026-01-05T08:00:00.100Z', { sensore3_corrente: 20 })
const laterKw = alertOf('2026-01-05T08:00:00.700Z', { sensore2_kw: 13 })

const joined = (existing: string | undefined, alerts: readonly Alert[]) =>
  joinAlerts(existing, alerts).text
const eventsIn = (text: string) =>
  JSON.parse(text).eventi.map((event: { tipo: string; raw_timestamp?: string }) =>
    event.raw_timestamp ? `${event.tipo}@${event.raw_timestamp}` : event.tipo,
  )

test('the first alert of a second is the document itself', () => {
  assert.deepEqual(JSON.parse(joined(undefined, [kw])), JSON.parse(JSON.stringify(kw)))
})

test('events of the same reading come together in one document', () => {
  assert.deepEqual(eventsIn(joined(undefined, [kw, amp])), ['kw_over', 'amp_over'])
  assert.deepEqual(eventsIn(joined(joined(undefined, [kw]), [amp])), ['kw_over', 'amp_over'])
})

test('an event of another reading in the same second joins and says whose it is', () => {
  const text = joined(joined(undefined, [kw]), [laterKw])
  assert.deepEqual(eventsIn(text), ['kw_over', 'kw_over@2026-01-05T08:00:00.700Z'])
})

test('alerts that are there already leave the very text that stands there', () => {
  const text = joined(undefined, [kw, amp, laterKw])
  const spaced = JSON.stringify(JSON.parse(text), null, 2)
  assert.equal(joined(spaced, [laterKw, kw, amp]), spaced)
})

test('a document tells how many events it has more than before', () => {
  assert.equal(joinAlerts(undefined, [kw, amp, kw]).added, 2)
  assert.equal(joinAlerts(joined(undefined, [kw]), [kw, amp, laterKw]).added, 2)
  assert.equal(joinAlerts(joined(undefined, [kw]), [kw]).added, 0)
})

test('fields and events that another detector wrote are kept', () => {
  const foreign = { ...kw, eventi: [{ tipo: 'spia' }, null], note: 'by hand' }
  const document = JSON.parse(joined(JSON.stringify(foreign), [amp]))
  assert.equal(document.note, 'by hand')
  assert.deepEqual(document.eventi.slice(0, 2), foreign.eventi)
  assert.equal(document.eventi[2].tipo, 'amp_over')
})

test('something that is no alert document is replaced', () => {
  for (const text of ['7', 'null', '{"eventi":5}', '{}']) {
    assert.deepEqual(eventsIn(joined(text, [kw])), ['kw_over'])
  }
})
