/**
 * Holds what the pipeline has made of meters' readings against what the log has acknowledged, when
 * all stages are through: documents key by key with their values, alarms one by one.
 */
import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { alertKey } from '../../src/model/keys.ts'
import type { AlarmWatcher } from './alarm-stream.ts'
import { eventIds } from './alert-ids.ts'
import { eventually } from './eventually.ts'
import type { LogView } from './log-view.ts'
import { expectedAlarms, expectedDocuments, type MeterReading } from './meters.ts'
import { scanAll } from './store-scan.ts'

export interface Pipeline {
  readonly url: string
  readonly log: LogView
  readonly watcher: AlarmWatcher
}

/** The longest that a stage may need for what is left, on a machine that is busy with others. */
const THROUGH_MS_MAX = 120_000
/** How many of those that differ a message names. */
const NAMED_MAX = 5

/**
 * Every reading is in the store with its values, and nothing else; `latest` and `index` are right,
 * no timestamp twice; every alarm was shown on the stream once, stands in the list once, and has
 * its document.
 */
export async function assertAllIsThere(
  { url, log, watcher }: Pipeline,
  readings: readonly MeterReading[],
): Promise<void> {
  for (const step of ['stored', 'judged', 'archived'] as const) {
    await log.untilThrough(step, THROUGH_MS_MAX)
  }
  const last = await showOneMore(url, watcher)
  const alarms = expectedAlarms(readings)
  const expected = { energy: expectedDocuments(readings), alerts: expectedAlerts(alarms) }
  assert.deepEqual(differences(expected.energy, await documentsUnder(url, 'energy:')), [])
  assert.deepEqual(differences(expected.alerts, await alertsUnder(url)), [])
  const ids = [...alarms.keys(), last]
  assert.equal(watcher.gaps(), 0, 'the stream has lost nothing')
  assert.deepEqual(
    misfits(
      ids,
      watcher.shown.map((one) => one.id),
    ),
    [],
    'on the stream',
  )
  assert.deepEqual(misfits(ids, await listedIds(url)), [], 'in /notifications')
}

/**
 * The alerts log has one order: once this one is shown, whatever was raised before it has been
 * shown too, and perhaps a second time.
 */
async function showOneMore(url: string, watcher: AlarmWatcher): Promise<string> {
  const alert = { piano: 99, timestamp: 1, eventi: [{ tipo: 'kw_over' }] }
  const response = await fetch(`${url}/internal/broadcast`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(alert),
  })
  assert.equal(response.status, 200, await response.text())
  const id = '99:kw:kw_over:1'
  const isShown = () => watcher.shown.some((one) => one.id === id)
  await eventually('the last alarm is shown', isShown)
  return id
}

/** By key: the ids of the events in the document. */
function expectedAlerts(alarms: ReadonlyMap<string, MeterReading>): ReadonlyMap<string, unknown> {
  return new Map(
    [...alarms].map(([id, { piano, timestamp }]) => {
      return [alertKey(piano, Math.floor(Date.parse(timestamp) / 1000)), [id]]
    }),
  )
}

async function alertsUnder(url: string): Promise<ReadonlyMap<string, unknown>> {
  const documents = await documentsUnder(url, 'alerts:')
  return new Map([...documents].map(([key, value]) => [key, eventIds(value)]))
}

async function documentsUnder(url: string, prefix: string): Promise<ReadonlyMap<string, unknown>> {
  return new Map((await scanAll(url, prefix)).map(({ key, value }) => [key, value]))
}

async function listedIds(url: string): Promise<readonly string[]> {
  const response = await fetch(`${url}/notifications?limit=1000`)
  const { items } = (await response.json()) as { items: readonly { readonly id: string }[] }
  return items.map(({ id }) => id)
}

function differences(
  expected: ReadonlyMap<string, unknown>,
  found: ReadonlyMap<string, unknown>,
): readonly string[] {
  const missing = [...expected.keys()].filter((key) => !found.has(key))
  const extra = [...found.keys()].filter((key) => !expected.has(key))
  const wrong = [...expected].filter(
    ([key, value]) => found.has(key) && !isDeepStrictEqual(found.get(key), value),
  )
  return [
    ...named('is missing', missing),
    ...named('should not be', extra),
    ...named(
      'has another value',
      wrong.map(([key]) => key),
    ),
  ]
}

function misfits(expected: readonly string[], found: readonly string[]): readonly string[] {
  const [wanted, once] = [new Set(expected), new Set(found)]
  return [
    ...named(
      'is missing',
      expected.filter((id) => !once.has(id)),
    ),
    ...named(
      'should not be',
      found.filter((id) => !wanted.has(id)),
    ),
    ...named(
      'comes again',
      found.filter((id, position) => found.indexOf(id) < position),
    ),
  ]
}

function named(what: string, keys: readonly string[]): readonly string[] {
  const more = keys.length > NAMED_MAX ? [`${keys.length} in all: ${what}`] : []
  return [...keys.slice(0, NAMED_MAX).map((key) => `${key} ${what}`), ...more]
}
