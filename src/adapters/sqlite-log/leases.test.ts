import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { must } from '../../model/must.ts'
import { openDatabase } from './database.ts'
import { hasExpired, keepLeases } from './leases.ts'
import { readTopics } from './topics.ts'

const NOW_MS = 1_700_000_000_000
const LEASE_MS = 4_000

function openLeases(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'log-leases-'))
  const database = openDatabase(join(folder, 'log.db'))
  t.after(() => {
    database.close()
    rmSync(folder, { recursive: true })
  })
  const topics = readTopics(database)
  topics.make({ name: 'readings', partitions: 2 }, 'one')
  const topic = topics.find('readings')
  const leases = keepLeases(database, topics)
  const claim = (member: string, nowMs: number) =>
    leases.claim({ topic, group: 'group', member, leaseMs: LEASE_MS }, nowMs)
  return { leases, topic, claim }
}

test('a lease is free when nobody has it, when it ran out, when it lies in the future', () => {
  const row = { generation: 1, member: 'a', renewedMs: NOW_MS, leaseMs: LEASE_MS }
  assert.equal(hasExpired(row, NOW_MS + LEASE_MS), false)
  assert.equal(hasExpired(row, NOW_MS + LEASE_MS + 1), true)
  assert.equal(hasExpired(row, NOW_MS - LEASE_MS - 1), true, 'the clock was put back')
  assert.equal(hasExpired({ ...row, member: null }, NOW_MS), true)
})

test('a renewed lease is nobody else’s, and each takeover raises the generation', (t) => {
  const { leases, topic, claim } = openLeases(t)
  const { lease: first } = must(claim('a', NOW_MS))
  assert.equal(first.generation, 1)
  assert.equal(claim('b', NOW_MS + LEASE_MS), undefined)
  assert.ok(leases.renew(first, NOW_MS + LEASE_MS))
  assert.equal(leases.isFree(topic, 'group', NOW_MS + LEASE_MS + 1), false)
  const { lease: second } = must(claim('b', NOW_MS + 2 * LEASE_MS + 1))
  assert.equal(second.generation, 2)
  assert.equal(leases.renew(first, NOW_MS + 2 * LEASE_MS + 1), false)
})

test('a commit counts only for who holds the lease, and never goes back', (t) => {
  const { leases, claim } = openLeases(t)
  const { lease: first } = must(claim('a', NOW_MS))
  assert.equal(leases.commit(first, { partition: 0, offset: 5 }), 'committed')
  const { lease: second } = must(claim('b', NOW_MS + LEASE_MS + 1))
  assert.equal(leases.commit(first, { partition: 0, offset: 9 }), 'fenced')
  assert.equal(leases.commit(second, { partition: 0, offset: 3 }), 'committed')
  leases.leave(second)
  assert.equal(leases.commit(second, { partition: 0, offset: 9 }), 'fenced', 'it has left')
  const { places } = must(claim('c', NOW_MS + LEASE_MS + 2))
  assert.deepEqual(
    places.map(({ offset }) => offset),
    [5, 0],
  )
})

test('who has lost the lease cannot give it away', (t) => {
  const { leases, claim } = openLeases(t)
  const { lease: first } = must(claim('a', NOW_MS))
  const { lease: second } = must(claim('b', NOW_MS + LEASE_MS + 1))
  leases.leave(first)
  assert.ok(leases.isHeld(second))
})
