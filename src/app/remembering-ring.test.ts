import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type RecordingTrace, recordingTrace } from '../../test/support/traces.ts'
import type { ShardList } from '../ports/shard-book.ts'
import type { RingAdmin, RingOutcome } from '../store/coordinator/ring-admin.ts'
import { type Recalled, recalled, rememberingRing } from './remembering-ring.ts'

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
    read: async () => ({ kind: 'absent' }) as const,
    write: async (nodes: readonly string[]) => void kept.push(nodes),
  }
  const nodes = ['http://127.0.0.1:8101']
  const ring = rememberingRing(ringThat({ kind: 'changed', nodes }), book, recordingTrace())
  await ring.addNode('http://127.0.0.1:8101')
  await ring.removeNode('http://127.0.0.1:8102')
  assert.deepEqual(kept, [nodes, nodes])
  const already = ringThat({ kind: 'already', nodes })
  await rememberingRing(already, book, recordingTrace()).addNode('http://127.0.0.1:8101')
  assert.equal(kept.length, 3, 'whoever had forgotten all may have found the ring by it')
  const refused = ringThat({ kind: 'unreachable', reason: 'No shard answers.' })
  await rememberingRing(refused, book, recordingTrace()).addNode('http://127.0.0.1:8103')
  assert.equal(kept.length, 3)
})

test('a change stands when it cannot be written down, and the log says so', async () => {
  const trace = recordingTrace()
  const book = {
    read: async () => ({ kind: 'absent' }) as const,
    write: () => Promise.reject(new Error('the disk is full')),
  }
  const outcome: RingOutcome = { kind: 'changed', nodes: [] }
  assert.deepEqual(await rememberingRing(ringThat(outcome), book, trace).cancel(), outcome)
  assert.deepEqual(
    trace.facts.map(({ kind, reason }) => [kind, reason]),
    [['store.shard-book-lost', 'the disk is full']],
  )
})

test('a list that cannot be read is no empty one: the log says what to do', async () => {
  const bookWith = (list: ShardList) => ({ read: async () => list, write: async () => {} })
  const trace = recordingTrace()
  const addresses = ['http://127.0.0.1:8101']
  const lists: readonly (readonly [ShardList, Recalled])[] = [
    [{ kind: 'absent' }, { addresses: [], expectsShards: false }],
    [
      { kind: 'found', addresses },
      { addresses, expectsShards: true },
    ],
    [
      { kind: 'found', addresses: [] },
      { addresses: [], expectsShards: false },
    ],
  ]
  for (const [list, expected] of lists) {
    assert.deepEqual(await recalled(bookWith(list), trace), expected)
  }
  assert.equal(trace.facts.length, 0)
  const broken = bookWith({ kind: 'broken', reason: 'It is torn.' })
  assert.deepEqual(await recalled(broken, trace), { addresses: [], expectsShards: true })
  const [{ level, kind, reason }] = trace.facts as [RecordingTrace['facts'][number]]
  assert.deepEqual([level, kind], ['error', 'store.shard-book-unreadable'])
  assert.match(String(reason), /^It is torn\. .*energyguard ring add URL/)
})
