import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  BLANK_REGISTER,
  changed,
  envelopeOf,
  REQUESTS_REMEMBERED,
  type Register,
  type RegisterChange,
  registerOf,
} from './register.ts'

type Change = Omit<RegisterChange, 'requestId'> & { readonly requestId?: string }

const withText = (text: string | null, etag = 'e1'): Register => {
  return { revision: 1, etag, text, requests: [] }
}
let ids = 0
const asked = (register: Register, change: Change, etag: string) => {
  ids += 1
  return changed(register, { requestId: `id ${ids}`, ...change }, etag)
}

function after(register: Register, change: Change, etag: string): Register {
  const outcome = asked(register, change, etag)
  assert.equal(outcome.kind, 'changed')
  return outcome.kind === 'changed' ? outcome.register : register
}

test('without a condition a document is written, whatever stands there', () => {
  assert.equal(after(BLANK_REGISTER, { text: '1' }, 'e1').text, '1')
  const next = after(withText('1'), { text: '2' }, 'e2')
  assert.deepEqual([next.text, next.etag, next.revision], ['2', 'e2', 2])
})

test('an etag must be the present one', () => {
  assert.equal(asked(withText('1'), { text: '2', ifMatch: 'e1' }, 'e2').kind, 'changed')
  assert.deepEqual(asked(withText('1'), { text: '2', ifMatch: 'e0' }, 'e2'), {
    kind: 'mismatch',
    etag: 'e1',
  })
  const absent = asked(BLANK_REGISTER, { text: '2', ifMatch: 'e1' }, 'e2')
  assert.deepEqual(absent, { kind: 'mismatch', etag: null })
})

test('a document is created once, and again after it was deleted', () => {
  const create = { text: '1', ifNoneMatch: '*' } as const
  assert.equal(asked(BLANK_REGISTER, create, 'e1').kind, 'changed')
  assert.equal(asked(withText('1'), create, 'e2').kind, 'mismatch')
  const deleted = after(withText('1'), { text: null }, 'e2')
  assert.equal(asked(deleted, create, 'e3').kind, 'changed')
  assert.equal(asked(deleted, { text: '2', ifMatch: 'e2' }, 'e3').kind, 'mismatch')
})

test('a request that is repeated is told what it had made, though others came since', () => {
  const first = after(BLANK_REGISTER, { text: '1', requestId: 'r1' }, 'e1')
  const later = after(first, { text: '2', requestId: 'r2' }, 'e2')
  const repeated = asked(later, { text: '1', ifMatch: 'e0', requestId: 'r1' }, 'e3')
  assert.deepEqual(repeated, { kind: 'repeated', etag: 'e1' })
})

test('a deletion that is repeated is told that nothing is there', () => {
  const deleted = after(withText('1'), { text: null, requestId: 'r1' }, 'e2')
  assert.deepEqual(asked(deleted, { text: null, requestId: 'r1' }, 'e3'), {
    kind: 'repeated',
    etag: null,
  })
})

test('so many requests are remembered and no more', () => {
  let register: Register = BLANK_REGISTER
  for (let i = 0; i <= REQUESTS_REMEMBERED; i += 1) {
    register = after(register, { text: `${i}`, requestId: `r${i}` }, `e${i}`)
  }
  assert.equal(register.requests.length, REQUESTS_REMEMBERED)
  assert.equal(asked(register, { text: '9', requestId: 'r0' }, 'x').kind, 'changed')
  assert.equal(asked(register, { text: '9', requestId: 'r1' }, 'x').kind, 'repeated')
})

test('of changes that are over no name is kept, and those of others are', () => {
  let register: Register = after(BLANK_REGISTER, { text: '0', requestId: 'theirs' }, 'e0')
  for (const n of [1, 2, 3]) {
    const change = { text: `${n}`, requestId: `w.${n}`, settled: 'w.' }
    register = after(register, change, `e${n}`)
    const names = register.requests.map(([id]) => id)
    assert.deepEqual(names, ['theirs', `w.${n}`])
  }
  const own = { text: '3', requestId: 'w.3', settled: 'w.' }
  assert.equal(asked(register, own, 'e4').kind, 'repeated', 'its own is found')
})

test('an envelope keeps the text as it was sent', () => {
  const register = after(BLANK_REGISTER, { text: '{ "a":1.0e2 ,"è":"\\/"}', requestId: 'r' }, 'e')
  assert.deepEqual(registerOf(envelopeOf(register)), register)
  assert.deepEqual(registerOf(null), BLANK_REGISTER)
})

test('a document from before there were envelopes is one with an etag', () => {
  assert.deepEqual(registerOf('{"default":{}}'), {
    revision: 0,
    etag: '0',
    text: '{"default":{}}',
    requests: [],
  })
})
