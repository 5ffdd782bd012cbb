import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseEvents } from './server-events.ts'

async function parse(...chunks: string[]) {
  const encoder = new TextEncoder()
  const bytes = (async function* () {
    for (const chunk of chunks) yield encoder.encode(chunk)
  })()
  return await Array.fromAsync(parseEvents(bytes))
}

test('an event that comes in pieces is put together; comments are none', async () => {
  const events = await parse(
    'event: pi',
    'ng\ndata: {}\n\n: heart',
    'beat\n\nid: a-1\nevent: anomaly\n',
    'data: 1\ndata: 2\n\n',
  )
  assert.deepEqual(events, [
    { name: 'ping', data: '{}' },
    { name: 'anomaly', data: '1\n2', id: 'a-1' },
  ])
})
