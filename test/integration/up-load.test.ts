/**
 * `energyguard up` with readings many times as fast as a building sends them: what it keeps in
 * memory stays bounded, and it ends in time though browsers hang on its stream.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listenTo } from '../support/event-stream.ts'
import { eventually } from '../support/eventually.ts'
import { liveHeapBytes, MEASURED_PROGRAM } from '../support/live-heap.ts'
import { type RoleProcess, startRole } from '../support/process.ts'

/** What is bounded by a setting is full before the first measurement. */
const SMALL = ['--max-cache-items', '200', '--index-size', '50', '--notify-buffer-size', '50']
const BUSY = ['--interval-seconds', '0.01', '--anomaly-rate', '0.5']
const FLAGS = ['--port', '0', '--login-ports', '0', ...SMALL, ...BUSY]
const READINGS_FIRST = 600
const READINGS_MEASURED = 1_800
const ARRIVAL_MS_MAX = 120_000
/**
 * Less than one reading with its alarms. What is remembered of each (an id, to show no alarm twice)
 * is far less; the rest is room for what happens to be under way.
 */
const KEPT_BYTES_MAX = 1_024

test('under load memory does not grow with the readings, and SIGTERM ends it well', async (t) => {
  const up = await startRole(['up', ...FLAGS], {
    program: MEASURED_PROGRAM,
    env: { HIST_DAYS: '2' },
  })
  const reader = await listenTo(t, up.address)
  const sleeper = await listenTo(t, up.address)
  sleeper.response.pause()

  const readings = await readingsStored(up, READINGS_FIRST)
  const bytes = await liveHeapBytes(up)
  const more = (await readingsStored(up, readings + READINGS_MEASURED)) - readings
  const kept = ((await liveHeapBytes(up)) - bytes) / more
  assert.ok(kept < KEPT_BYTES_MAX, `${Math.round(kept)} bytes are kept of each reading`)

  await reader.hears('anomaly')
  assert.deepEqual(await up.stop(), { code: 0, signal: null }, up.stderr())
  await eventually('the stream has ended', () => reader.isOver())
})

/** Waits until so many are in the store; how many are. */
function readingsStored(up: RoleProcess, atLeast: number): Promise<number> {
  const count = async () => {
    const metrics = await (await fetch(`${up.address}/metrics`)).text()
    const stored = Number(/^energyguard_ingestion_readings_total (\d+)$/m.exec(metrics)?.[1])
    return stored >= atLeast ? stored : undefined
  }
  return eventually(`${atLeast} readings are stored`, count, ARRIVAL_MS_MAX)
}
