import assert from 'node:assert/strict'
import { test } from 'node:test'
import { must } from '../model/must.ts'
import { notificationsOf } from '../model/notification.ts'
import { admitRecord, bounded, ID_CHARACTERS_MAX, MESSAGE_CHARACTERS_MAX } from './alert-record.ts'

const notification = must(notificationsOf({ piano: 2, timestamp: 1_700_000_000 }, 0)[0])

test('all kinds of record are admitted; a document says that it is ours', () => {
  const sent = { kind: 'notification', notification }
  const admitted = { kind: 'notification', notification, isOurs: false }
  assert.deepEqual(admitRecord(JSON.stringify(sent)), admitted)
  assert.deepEqual(admitRecord(JSON.stringify({ ...sent, alert: null })), admitted)
  assert.deepEqual(admitRecord(JSON.stringify({ ...sent, alert: { piano: 2 } })), {
    ...admitted,
    isOurs: true,
  })
  for (const kind of ['incident', 'learned']) {
    assert.deepEqual(admitRecord(JSON.stringify({ kind, incident: {} })), { kind })
  }
  const read = { kind: 'read', ids: ['a', 'b'] }
  assert.deepEqual(admitRecord(JSON.stringify(read)), read)
})

test('whatever else stands in the topic is none of ours', () => {
  const wrong = [
    { kind: 'notification' },
    { kind: 'notification', notification: { ...notification, metric: 'watt' } },
    { kind: 'notification', notification: { ...notification, value: null } },
    { kind: 'notification', notification: { ...notification, id: '' } },
    { kind: 'read' },
    { kind: 'read', ids: [1] },
    { kind: 'other' },
    null,
    [],
  ]
  for (const record of wrong) assert.equal(admitRecord(JSON.stringify(record)), undefined)
  for (const text of ['', 'not json', '{']) assert.equal(admitRecord(text), undefined)
})

test('texts are cut to their limits, on the way in as on the way out', () => {
  const long = bounded({
    ...notification,
    id: 'i'.repeat(9_000),
    message: '\u{1F525}'.repeat(9_000),
  })
  assert.equal(long.id.length, ID_CHARACTERS_MAX)
  assert.equal(long.message.length, MESSAGE_CHARACTERS_MAX)
  assert.ok(
    bounded({ ...notification, message: `x${'\u{1F525}'.repeat(9_000)}` }).message.isWellFormed(),
  )
  const text = JSON.stringify({
    kind: 'notification',
    notification: { ...long, id: 'i'.repeat(9_000) },
  })
  assert.deepEqual(admitRecord(text), { kind: 'notification', notification: long, isOurs: false })
  assert.deepEqual(bounded(notification), notification)
})
