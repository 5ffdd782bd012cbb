import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BLANK_REGISTER, type Register } from './conditional/register.ts'
import { inPlaceOfOlder } from './import-rows.ts'

/** Two hybrid times as etags have them. */
const [EARLIER, LATER] = [(1_000_000).toString(36), (36_000_000).toString(36)]
const standing = (change: Partial<Register>): Register => ({
  ...{ revision: 4, etag: `${EARLIER}-w`, text: '{"standing":1}', requests: [['id', null]] },
  ...change,
})
const imported = (etag: string, revision = 2) => {
  const change = inPlaceOfOlder({ lane: 'conditional', key: 'cas:a', text: '{}', etag, revision })
  return (register: Register) => change(register, 'unused')
}

test('a document takes the place of an older one and of none, with its own etag', () => {
  const etag = `${LATER}-w`
  assert.deepEqual(imported(etag)(BLANK_REGISTER), {
    kind: 'changed',
    etag,
    register: { revision: 2, etag, text: '{}', requests: [] },
  })
  assert.deepEqual(imported(etag)(standing({})), {
    kind: 'changed',
    etag,
    register: { revision: 5, etag, text: '{}', requests: [['id', null]] },
  })
})

test('a document that was changed later stays, and so does the same one', () => {
  const later = standing({ etag: `${LATER}-w` })
  assert.deepEqual(imported(`${EARLIER}-w`, 99)(later), { kind: 'mismatch', etag: `${LATER}-w` })
  assert.deepEqual(imported(`${LATER}-w`)(later), { kind: 'repeated', etag: `${LATER}-w` })
})

test('of two documents of one moment the same one wins wherever they meet', () => {
  const [a, b] = [`${LATER}-a`, `${LATER}-b`]
  assert.equal(imported(a)(standing({ etag: b })).kind, 'mismatch')
  assert.equal(imported(b)(standing({ etag: a })).kind, 'changed')
})

test('a document from before there were etags gives way to any other', () => {
  assert.equal(imported(`${EARLIER}-w`)(standing({ etag: '0' })).kind, 'changed')
  assert.equal(imported('0')(standing({})).kind, 'mismatch')
  assert.equal(imported('0', 0)(BLANK_REGISTER).kind, 'changed')
})

test('what was deleted stays so unless the document was changed more often', () => {
  const deleted = standing({ etag: null, text: null })
  assert.equal(imported(`${LATER}-w`, 4)(deleted).kind, 'mismatch')
  assert.equal(imported(`${LATER}-w`, 5)(deleted).kind, 'changed')
})
