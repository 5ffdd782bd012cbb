/**
 * `energyguard up` with readings a thousand times as fast as a building sends them: what it keeps
 * in memory stays bounded, and it ends in time though browsers hang on its stream.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { listenTo } from '../support/event-stream.ts'
import { eventually } from '../support/eventually.ts'
import { liveHeapBytes, MEASURED_PROGRAM } from '../support/live-heap.ts'
import { type RoleProcess, runCommand, startRole } from '../support/process.ts'
import { recordedFloor, recordedReading } from '../support/recorded-floor.ts'

/** What is bounded by a setting is full before the first measurement. */
const SMALL = ['--max-cache-items', '200', '--index-size', '50', '--notify-buffer-size', '50']
const BUSY = ['--interval-seconds', '0.05', '--anomaly-rate', '0.5']
const FLAGS = ['--port', '0', '--login-ports', '0', ...SMALL, ...BUSY]
const READINGS_FIRST = 3_000
const READINGS_MEASURED = 12_000
const ARRIVAL_MS_MAX = 120_000
/** Less than the record of a reading takes; some room for what happens to be under way. */
const KEPT_BYTES_MAX = 120

test('under load memory does not grow with the readings, and SIGTERM ends it well', async (t) => {
  const up = await startRole(['up', ...FLAGS], {
    program: MEASURED_PROGRAM,
    env: { HIST_DAYS: '2' },
  })
  const reader = await listenTo(t, up.address)
  const sleeper = await listenTo(t, up.address)
  sleeper.response.pause()

  await replayThrough(up, READINGS_FIRST)
  const bytes = await liveHeapBytes(up)
  await replayThrough(up, READINGS_MEASURED, READINGS_FIRST)
  const kept = ((await liveHeapBytes(up)) - bytes) / READINGS_MEASURED
  assert.ok(kept < KEPT_BYTES_MAX, `${Math.round(kept)} bytes are kept of each reading`)

  await reader.hears('anomaly')
  assert.deepEqual(await up.stop(), { code: 0, signal: null }, up.stderr())
  await eventually('the stream has ended', () => reader.isOver())
})

/** Sends recorded readings as fast as the log takes them, and waits until all are in the store. */
async function replayThrough(up: RoleProcess, count: number, firstMinute = 0): Promise<void> {
  const file = recordedFloor(count, firstMinute)
  const logFlags = ['--log-path', join(up.dataDir, 'log.db')]
  const { code, stderr } = await runCommand(['replay', file, '--speed', 'max', ...logFlags])
  assert.equal(code, 0, stderr)
  const { piano, timestamp } = recordedReading(firstMinute + count - 1)
  const isStored = async () => (await fetch(`${up.address}/key/energy:p${piano}:${timestamp}`)).ok
  await eventually(`${count} readings are stored`, isStored, ARRIVAL_MS_MAX)
}
