/**
 * `detect --floors` as a process on the log: the floors that were named raise alarms and no others
 * do; a flag that has no effect there is told.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { topicDeclarations } from '../../src/app/topics.ts'
import { DEFAULT_THRESHOLDS } from '../../src/model/thresholds.ts'
import { ALERTS_TOPIC, READINGS_TOPIC } from '../../src/model/topics.ts'
import { openDescribed } from '../support/log-description.ts'
import { valuesIn, viewLog } from '../support/log-view.ts'
import { startRole, temporaryFolder } from '../support/process.ts'
import { always, scriptedServer } from '../support/scripted-server.ts'

const JUDGED_MS_MAX = 60_000

test('floors that were named raise alarms, all where none was', async (t) => {
  assert.deepEqual(await alarmsOf(t, ['--floors', '2,4']), [2, 4])
  assert.deepEqual(await alarmsOf(t, []), [1, 2, 3, 4])
})

test('a time between two polls is told to have no effect where nothing is polled', async (t) => {
  const { detector, view } = await detectorOver(t, ['--poll-secs', '2'])
  await view.untilThrough('judged', JUDGED_MS_MAX)
  assert.deepEqual(await detector.stop(), { code: 0, signal: null })
  assert.match(detector.stderr(), /setting-without-effect.*--poll-secs|--poll-secs.*without-effect/)
})

/** The floors of which a detector with these flags raises alarms, when four have one each. */
async function alarmsOf(t: TestContext, flags: readonly string[]): Promise<readonly number[]> {
  const { detector, view, log } = await detectorOver(t, flags)
  await view.untilThrough('judged', JUDGED_MS_MAX)
  assert.deepEqual(await detector.stop(), { code: 0, signal: null })
  return (await valuesIn(log, ALERTS_TOPIC))
    .map((value) => JSON.parse(value).notification.floor as number)
    .toSorted((a, b) => a - b)
}

async function detectorOver(t: TestContext, flags: readonly string[]) {
  const coordinator = await scriptedServer(t)
  coordinator.answer = always(200, DEFAULT_THRESHOLDS)
  const path = join(temporaryFolder('log'), 'log.db')
  const log = await openDescribed({ kind: 'sqlite', options: { path } })
  t.after(() => log.close())
  await log.declare(topicDeclarations())
  const readings = [1, 2, 3, 4].map((piano) => {
    const reading = { piano, timestamp: '2026-01-05T08:30:00Z', sensore2_kw: 50 }
    return { key: String(piano), value: JSON.stringify(reading) }
  })
  await log.append(READINGS_TOPIC, readings)
  const where = ['--log-path', path, '--coordinator-url', coordinator.url]
  const detector = await startRole(['detect', ...where, ...flags])
  return { detector, log, view: viewLog(log) }
}
