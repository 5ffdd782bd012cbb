/**
 * Listing reads no further than somebody wants to know; what is listed, http-incidents.test.ts
 * tells over HTTP.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeStore } from '../../test/support/fake-store.ts'
import { incidentKeyAt } from '../model/keys.ts'
import { LATEST_MS, listIncidents } from './incidents.ts'

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
