import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseEvents } from './event-stream.ts'
import { liveEventsOf } from './live-client.ts'

test('events are read however the text is cut, and comments are none', () => {
  const text =
    ': hello\n\nevent: anomaly\nid: g-1\ndata: {"id":\ndata: "a"}\n\n' +
    'event: ping\r\ndata: {}\r\n\r\nevent: re'
  const whole = parseEvents(text)
  assert.deepEqual(whole.events, [
    { name: 'anomaly', id: 'g-1', data: '{"id":\n"a"}' },
    { name: 'ping', data: '{}' },
  ])
  assert.equal(whole.rest, 'event: re')
  let rest = ''
  const events = []
  for (const character of text) {
    const parsed = parseEvents(rest + character)
    events.push(...parsed.events)
    rest = parsed.rest
  }
  assert.deepEqual(events, whole.events)
})

test('each kind of event becomes what the machine knows; what is broken becomes nothing', () => {
  const kinds = (name: string, data: string) => liveEventsOf({ name, data }).map(({ kind }) => kind)
  assert.deepEqual(kinds('reading', '{"piano":1,"timestamp":"2026-01-01T00:00:00Z"}'), ['readings'])
  assert.deepEqual(kinds('anomaly', '{"id":"a"}'), ['notification'])
  assert.deepEqual(kinds('gap', '{"items":[],"total":0}'), ['list'])
  assert.deepEqual(kinds('ping', '{}'), ['heard'])
  assert.deepEqual(kinds('anomaly', '{'), [])
  assert.deepEqual(kinds('reading', '[]'), [])
})
