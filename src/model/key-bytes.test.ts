import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { afterPrefix, compareKeys, utf8Length } from './key-bytes.ts'

const text = () => fc.string({ unit: 'binary', maxLength: 12 })

test('the length of a text is that of its UTF-8 bytes', () => {
  fc.assert(fc.property(text(), (a) => utf8Length(a) === Buffer.byteLength(a)))
  assert.equal(utf8Length('à😀z'), 7)
  assert.equal(utf8Length('\ud800'), 3)
})

test('keys compare as their UTF-8 bytes do', () => {
  const property = fc.property(text(), text(), (a, b) => {
    assert.equal(Math.sign(compareKeys(a, b)), Buffer.compare(Buffer.from(a), Buffer.from(b)))
  })
  fc.assert(property)
  assert.ok(compareKeys('\uffff', '😀') < 0, 'UTF-16 order would say the opposite')
})

test('what follows a prefix is the least text beyond all that begin with it', () => {
  const property = fc.property(text(), text(), (prefix, other) => {
    const end = afterPrefix(prefix)
    if (end === null) return
    assert.ok(compareKeys(prefix + other, end) < 0)
    if (compareKeys(other, prefix) > 0 && !other.startsWith(prefix)) {
      assert.ok(compareKeys(other, end) >= 0)
    }
  })
  fc.assert(property)
  assert.equal(afterPrefix(''), null)
  assert.equal(afterPrefix('a\u{10ffff}'), 'b')
  assert.equal(afterPrefix('\ud7ff'), '\ue000')
})
