import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commandText, takeReply } from './redis-messages.ts'

test('a command is its words, each with its length', () => {
  assert.equal(commandText(['SET', 'k', 'long']), '*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\nlong\r\n')
})

test('a reply is taken when it is there as a whole, whatever pieces it comes in', () => {
  const whole = '$4\r\na\r\nb\r\n+OK\r\n'
  for (let length = 0; length < 10; length += 1) {
    assert.equal(takeReply(whole.slice(0, length)), undefined)
  }
  assert.deepEqual(takeReply(whole), { reply: { kind: 'text', text: 'a\r\nb' }, end: 10 })
  assert.deepEqual(takeReply(whole.slice(10)), { reply: { kind: 'text', text: 'OK' }, end: 5 })
})

test('nothing and an error are told apart from a document', () => {
  assert.deepEqual(takeReply('$-1\r\n'), { reply: { kind: 'absent' }, end: 5 })
  const error = { kind: 'error', text: 'ERR no' }
  assert.deepEqual(takeReply('-ERR no\r\n'), { reply: error, end: 9 })
})
