/**
 * The live client before a coordinator of ours: one connection carries readings and alarms, nothing
 * is asked for beside it but the list of alarms, and a break is resumed from where it was.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../../../test/support/eventually.ts'
import { coordinatorFace } from '../../../test/support/face.ts'
import { askHere } from '../../../test/support/page-origin.ts'
import { browserWorld } from './browser-world.ts'
import { LiveClient } from './live-client.ts'

const timestamp = '2026-03-02T10:00:00.000Z'
const alarm = { ...{ id: 'a', timestamp: 0, timestamp_ms: 0, floor: 1 }, severity: 'high' }

test('one connection carries everything, and resumes from the last alarm', async (t) => {
  const face = await coordinatorFace(t)
  const asked = askHere(t, face.url)
  /** A tab that nobody looks at draws no frames. */
  Object.defineProperty(globalThis, 'document', { value: { hidden: true }, configurable: true })
  face.readings.known.push({ floor: 2, timeMs: 0, text: JSON.stringify({ piano: 2, timestamp }) })
  const client = new LiveClient(browserWorld)
  t.after(() => client.stop())
  client.start()
  const { snapshot } = client
  await eventually('it is told the newest of a floor', () => snapshot().samples.has(2))
  face.readings.show(1, { piano: 1, timestamp, sensore2_kw: 5 })
  face.live.show(alarm, 'log-8')
  await eventually('both came', () => snapshot().samples.has(1) && snapshot().fresh.length === 1)
  assert.equal(face.stream.size, 1)

  client.stop()
  await eventually('the stream is closed', () => face.stream.size === 0)
  client.start()
  await eventually('it is back', () => face.live.resumedFrom.length === 2)
  assert.deepEqual(face.live.resumedFrom, [undefined, 'log-8'])
  assert.deepEqual([...new Set(asked.map((path) => path.split('?')[0]))].sort(), [
    '/api/v1/live',
    '/notifications',
    '/notifications/unread_count',
  ])
})
