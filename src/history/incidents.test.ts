/**
 * How far incidents are read, and how many are named; what is listed, http-incidents.test.ts tells
 * over HTTP.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anIncident, MONDAY_MS } from '../../test/support/evidence.ts'
import { fakeStore } from '../../test/support/fake-store.ts'
import { expectationOf } from '../live/sayings-edits.ts'
import { incidentKey, incidentKeyAt } from '../model/keys.ts'
import { must } from '../model/must.ts'
import { EFFECT_IDS_MAX, effectOn, LATEST_MS, listIncidents } from './incidents.ts'

const WEEK_MS = 7 * 86_400_000

test('nobody goes on reading for a client that has gone', async () => {
  const store = fakeStore()
  let scans = 0
  store.onScan = () => {
    scans += 1
    return { kind: 'page', entries: [], next: incidentKeyAt(LATEST_MS - scans) }
  }
  const query = { fromMs: 0, toMs: LATEST_MS, limit: 50 }
  const outcome = await listIncidents(store, query, () => scans < 2)
  assert.deepEqual([outcome, scans], [{ kind: 'gone' }, 2])
})

test('of all that a word would have kept quiet the newest are named', async () => {
  const store = fakeStore()
  const weekly = Array.from({ length: EFFECT_IDS_MAX + 3 }, (_, week) =>
    anIncident({ startMs: MONDAY_MS + week * WEEK_MS }),
  )
  await store.write(
    weekly.map((one) => {
      const key = incidentKey(one.startMs, one.floor, one.metric, one.cause)
      return { key, text: JSON.stringify(one) }
    }),
  )
  const [first, ...others] = weekly
  const outcome = await effectOn(store, expectationOf(must(first), false), () => true)
  assert.ok(outcome.kind === 'effect')
  const { incidents, covered, ids } = outcome.effect
  assert.deepEqual([incidents, covered], [others.length, others.length])
  const newest = others.toReversed().slice(0, EFFECT_IDS_MAX)
  assert.deepEqual(
    ids,
    newest.map(({ id }) => id),
  )
})
