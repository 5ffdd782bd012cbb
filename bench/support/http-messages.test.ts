import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requestText, takeAnswer } from './http-messages.ts'

test('a request is a head, and a body with its length', () => {
  assert.equal(requestText('GET', '/key/a'), 'GET /key/a HTTP/1.1\r\nhost: bench\r\n\r\n')
  assert.equal(
    requestText('PUT', '/key/a', '{}', 'if-match: "1"\r\n'),
    'PUT /key/a HTTP/1.1\r\nhost: bench\r\nif-match: "1"\r\n' +
      'content-type: application/json\r\ncontent-length: 2\r\n\r\n{}',
  )
})

test('an answer is taken when it is there as a whole, whatever pieces it comes in', () => {
  const first = 'HTTP/1.1 200 OK\r\nETag: "7"\r\nContent-Length: 5\r\n\r\nhello'
  const whole = `${first}HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n`
  for (let length = 0; length < first.length; length += 1) {
    assert.equal(takeAnswer(whole.slice(0, length)), undefined)
  }
  const reply = { status: 200, text: 'hello', tag: '"7"' }
  assert.deepEqual(takeAnswer(whole), { reply, end: first.length })
  const second = takeAnswer(whole.slice(first.length))
  assert.deepEqual(second?.reply, { status: 404, text: '', tag: undefined })
})

test('an answer without a length is told and not guessed', () => {
  assert.throws(() => takeAnswer('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'), /length/)
})
