/**
 * A shard's face over a replica in trouble: a full disk, a database that cannot be read.
 */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createShardApp, type ReplicaDoor } from '../../src/http/shard-routes.ts'
import { serve } from '../support/face.ts'
import { recordingTrace } from '../support/traces.ts'
import { type WireAnswer, wireClient } from '../support/wire-client.ts'

const seen = ({ status, body }: WireAnswer) => [status, body]

const WELL: ReplicaDoor = {
  get: () => ({ kind: 'absent' }),
  write: async () => ({ kind: 'done' }),
  stats: () => ({ dbPath: 'kv.db', keys: 0, cacheItems: 0, maxCacheItems: 0 }),
  problem: () => undefined,
}

async function shardFace(t: TestContext, trouble: Partial<ReplicaDoor>) {
  const door = { ...WELL, ...trouble }
  const trace = recordingTrace()
  const metrics = { contentType: 'text/plain', text: async () => '' }
  const app = await createShardApp(door, { trace, metrics, readiness: door.problem })
  return { ...wireClient(await serve(t, app)), trace }
}

test('a write that a full disk refuses is 503 with the reason', async (t) => {
  const detail = 'The disk of this shard has no room.'
  const shard = await shardFace(t, { write: async () => ({ kind: 'refused', reason: detail }) })
  assert.deepEqual(seen(await shard.put('/key/a', { value: {} })), [503, { detail }])
  assert.deepEqual(seen(await shard.delete('/key/a')), [503, { detail }])
  assert.equal((await shard.get('/key/a')).status, 404)
})

test('a database that cannot be read is 500 on /health, and says why', async (t) => {
  const detail = 'The database kv.db is damaged.'
  const shard = await shardFace(t, { problem: () => detail })
  assert.deepEqual(seen(await shard.get('/health')), [500, { detail }])
  assert.deepEqual(seen(await shard.get('/readyz')), [503, { detail }])
  assert.equal((await shard.get('/livez')).status, 200)
})

test('a row that cannot be read is 500 and noted, never "not found"', async (t) => {
  const get = () => {
    throw new Error('database disk image is malformed')
  }
  const shard = await shardFace(t, { get })
  assert.equal((await shard.get('/key/a')).status, 500)
  assert.equal(shard.trace.count('http.failed'), 1)
})

test('what the replica does not take names its field', async (t) => {
  const refusal = { kind: 'invalid', field: 'key', reason: 'must not be empty' } as const
  const shard = await shardFace(t, { get: () => refusal, write: async () => refusal })
  const detail = [{ loc: ['path', 'key'], msg: 'must not be empty', type: 'limit' }]
  assert.deepEqual(seen(await shard.get('/key/')), [422, { detail }])
  assert.deepEqual(seen(await shard.put('/key/', { value: {} })), [422, { detail }])
})
