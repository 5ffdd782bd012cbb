import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseEvents } from './event-stream.ts'
import { gathered } from './gathered.ts'
import { liveEventsOf } from './live-events.ts'

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
  assert.deepEqual(kinds('anomaly', '{"id":"a"}'), ['notifications'])
  assert.deepEqual(kinds('gap', '{"items":[],"total":0}'), ['list'])
  assert.deepEqual(kinds('ping', '{}'), ['heard'])
  assert.deepEqual(kinds('anomaly', '{'), [])
  assert.deepEqual(kinds('reading', '[]'), [])
})

test('neighbours of one kind become one event, in their order, with the last place', () => {
  const came = (name: string, value: object, id?: string) =>
    liveEventsOf({ name, data: JSON.stringify(value), ...(id === undefined ? {} : { id }) })
  const reading = (piano: number) => came('reading', { piano, timestamp: `t${piano}` })
  const all = gathered(
    [
      ...[came('anomaly', { id: 'a' }, 'g-1'), came('anomaly', { id: 'b' }, 'g-2')],
      ...[reading(1), reading(2), came('ping', {}), came('ping', {}), reading(3)],
    ].flat(),
  )
  assert.deepEqual(
    all.map((event) => ({
      kind: event.kind,
      id: 'id' in event ? event.id : undefined,
      count: 'readings' in event ? event.readings.length : undefined,
    })),
    [
      { kind: 'notifications', id: 'g-2', count: undefined },
      { kind: 'readings', id: undefined, count: 2 },
      { kind: 'heard', id: undefined, count: undefined },
      { kind: 'heard', id: undefined, count: undefined },
      { kind: 'readings', id: undefined, count: 1 },
    ],
  )
})
