/**
 * The short form of `npm run torture`: a storm of some seconds on real processes, with a fixed seed
 * and the faults that need no waiting. Nothing here depends on how fast the machine is.
 */
import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { stormFailed } from './failed.ts'
import { runStorm } from './storm.ts'
import type { StrokeKind } from './timetable.ts'

const KINDS: readonly StrokeKind[] = [
  'kill-shard',
  'kill-minority',
  'kill-all-shards',
  'kill-coordinator',
  'stop-shard',
  'cut-shard',
  'cut-halves',
  'cut-one-way',
  'cut-client',
  'slow-links',
]
/** A seed of whose timetable nearly every kind falls into these seconds. */
const SEED = 4990
const DURATION_MS = 6_000
/** It takes a few seconds; this is for machines that are very slow. */
const EQUAL_WITHIN_MS = 180_000

test('under kills and cuts of real processes nothing is lost, stale or resurrected', async (t) => {
  if (!(await canListenOn('127.0.9.9'))) {
    t.skip('this system has no whole 127.0.0.0/8')
    return
  }
  const options = {
    seed: SEED,
    durationMs: DURATION_MS,
    kinds: KINDS,
    equalWithinMs: EQUAL_WITHIN_MS,
  }
  const result = await runStorm({ ...options, say: (text) => t.diagnostic(text) })
  assert.deepEqual(result.violations, [])
  assert.deepEqual(result.failures, [])
  assert.equal(result.unanswered, 0, 'in the end every key is read through every coordinator')
  assert.deepEqual(result.convergence.last.unequal, [], 'all replicas are equal in the end')
  assert.ok(result.conditional.operations > 0)
  assert.deepEqual(stormFailed(result), [])
  assert.ok(result.faults.size > 3, `faults: ${[...result.faults.keys()]}`)
})

function canListenOn(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(0, address, () => server.close(() => resolve(true)))
  })
}
