/**
 * Frames as bytes: what is put together and what is not.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bodySignature } from './body-signature.ts'
import {
  FrameReader,
  REQUEST_FRAME_BYTES_MAX,
  replyFrame,
  requestFrame,
  requestText,
} from './frames.ts'

const SIGNATURE = bodySignature('a secret')

function reading(contentBytesMax = 1000) {
  const heard: string[] = []
  const reader = new FrameReader(contentBytesMax, {
    whole: (content) => heard.push(content.toString()),
    broken: (reason) => heard.push(`broken: ${reason}`),
  })
  return { reader, heard }
}

test('a frame is its length in four bytes and its content', () => {
  assert.deepEqual([...replyFrame('è!')], [0, 0, 0, 3, 0xc3, 0xa8, 0x21])
})

test('frames are whole in whatever pieces they arrive', () => {
  for (const pieceBytes of [1, 3, 4, 5, 100]) {
    const { reader, heard } = reading()
    for (const text of ['first', '', 'è second']) {
      const frame = replyFrame(text)
      for (let at = 0; at < frame.length; at += pieceBytes) {
        reader.take(frame.subarray(at, at + pieceBytes))
      }
    }
    assert.deepEqual(heard, ['first', '', 'è second'], `in pieces of ${pieceBytes}`)
  }
})

test('of what is too long no more is read than its length', () => {
  const { reader, heard } = reading(10)
  reader.take(replyFrame('x'.repeat(10)))
  reader.take(replyFrame('x'.repeat(11)).subarray(0, 4))
  assert.deepEqual(heard, ['x'.repeat(10), 'broken: it is too long'])
})

test('a second frame does not come before the first was answered', () => {
  const { reader, heard } = reading()
  reader.take(Buffer.concat([replyFrame('one'), replyFrame('two')]))
  assert.deepEqual(heard, ['broken: more than one came at a time'])
})

test('a request is the text that was signed, and no other', () => {
  const contents: Buffer[] = []
  const sink = { whole: (content: Buffer) => void contents.push(content), broken: assert.fail }
  new FrameReader(1000, sink).take(requestFrame('{"n":"è"}', SIGNATURE) ?? Buffer.alloc(0))
  const [content = assert.fail('it has arrived')] = contents
  assert.equal(requestText(content, SIGNATURE), '{"n":"è"}')
  assert.equal(requestText(content, bodySignature('another')), undefined)
  content[content.length - 2] = 0x21
  assert.equal(requestText(content, SIGNATURE), undefined)
  assert.equal(requestText(Buffer.alloc(0), SIGNATURE), undefined)
})

test('what is too long for a frame is none', () => {
  const room = REQUEST_FRAME_BYTES_MAX - 64
  assert.equal(requestFrame('x'.repeat(room), SIGNATURE)?.length, 4 + REQUEST_FRAME_BYTES_MAX)
  assert.equal(requestFrame('x'.repeat(room + 1), SIGNATURE), undefined)
})
