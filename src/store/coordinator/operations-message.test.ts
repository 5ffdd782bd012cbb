import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OperationsMessage, SharedOperations } from './operations-message.ts'

const read = (k: string) => ({ op: 'get', p: 0, e: 1, k }) as const
const head = { cluster: 'c', budgetMs: 0.5 }

test('a message is the same text, whether its operations are shared or its own', () => {
  const shared = new SharedOperations([read('a'), read('"b"')])
  const mixed = [read('1'), shared, read('2'), shared]
  for (const parts of [[], [read('1')], [shared], mixed]) {
    const message = new OperationsMessage(head, parts)
    assert.equal(message.toText(), JSON.stringify(message))
  }
})

test('it says all operations in their order, and that short answers will do', () => {
  const message = new OperationsMessage(head, [read('1'), new SharedOperations([read('2')])])
  const told = { ...head, kind: 'ops', terse: true, ops: [read('1'), read('2')] }
  assert.deepEqual(JSON.parse(message.toText()), told)
})
