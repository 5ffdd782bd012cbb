import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { keyOfUrl, routedUrl } from './key-path.ts'

const wellFormed = fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed())

test('any text that is sent encoded comes back as it was', () => {
  fc.assert(
    fc.property(wellFormed, (key) => {
      assert.deepEqual(keyOfUrl(`/key/${encodeURIComponent(key)}`), { kind: 'key', key })
    }),
  )
})

test('what is allowed in a path may be sent as it is', () => {
  const allowed = fc.constantFrom(..."abcXYZ019-._~!$&'()*+,;=:@/")
  fc.assert(
    fc.property(fc.string({ unit: allowed }), (key) => {
      assert.deepEqual(keyOfUrl(`/key/${key}`), { kind: 'key', key })
    }),
  )
})

test('a key is decoded once: an encoded percent sign does not begin another character', () => {
  assert.deepEqual(keyOfUrl('/key/%252F'), { kind: 'key', key: '%2F' })
  assert.deepEqual(keyOfUrl('/key/a%20b+c'), { kind: 'key', key: 'a b+c' })
})

test('a query is not part of the key', () => {
  assert.deepEqual(keyOfUrl('/key/a%3Fb?c=d'), { kind: 'key', key: 'a?b' })
})

test('a key that cannot be decoded is said to be so, and so is a bare #', () => {
  for (const path of ['/key/%zz', '/key/%', '/key/%C3', '/key/%FF', '/key/a#b']) {
    assert.equal(keyOfUrl(path).kind, 'malformed', path)
  }
})

test('the router never sees a key, nor an address that it cannot decode', () => {
  assert.equal(routedUrl('/key/%zz/..;?#'), '/key/-')
  assert.equal(routedUrl('/key/'), '/key/-')
  assert.equal(routedUrl('/%zz'), '/%25')
  assert.equal(routedUrl('/scan?prefix=%2B'), '/scan?prefix=%2B')
  assert.equal(routedUrl('/scan?prefix=%zz'), '/scan?prefix=%zz')
})
