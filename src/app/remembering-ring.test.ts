import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recordingTrace } from '../../test/support/traces.ts'
import type { RingAdmin, RingOutcome } from '../store/coordinator/ring-admin.ts'
import { rememberingRing } from './remembering-ring.ts'

function ringThat(outcome: RingOutcome): RingAdmin {
  const say = async () => outcome
  return {
    info: () => assert.fail('nobody asks'),
    ...{ addNode: say, removeNode: say, replaceNode: say },
    ...{ reconfigure: say, cancel: say, preview: say },
  }
}

test('where the shards are is written down before a change is answered', async () => {
  const kept: (readonly string[])[] = []
  const book = {
    read: async () => [],
    write: async (nodes: readonly string[]) => void kept.push(nodes),
  }
  const nodes = ['http://127.0.0.1:8101']
  const ring = rememberingRing(ringThat({ kind: 'changed', nodes }), book, recordingTrace())
  await ring.addNode('http://127.0.0.1:8101')
  await ring.removeNode('http://127.0.0.1:8102')
  assert.deepEqual(kept, [nodes, nodes])
  const refused = ringThat({ kind: 'unreachable', reason: 'No shard answers.' })
  await rememberingRing(refused, book, recordingTrace()).addNode('http://127.0.0.1:8103')
  assert.equal(kept.length, 2)
})

test('a change stands when it cannot be written down, and the log says so', async () => {
  const trace = recordingTrace()
  const book = { read: async () => [], write: () => Promise.reject(new Error('the disk is full')) }
  const outcome: RingOutcome = { kind: 'changed', nodes: [] }
  assert.deepEqual(await rememberingRing(ringThat(outcome), book, trace).cancel(), outcome)
  assert.deepEqual(
    trace.facts.map(({ kind, reason }) => [kind, reason]),
    [['store.shard-book-lost', 'the disk is full']],
  )
})
