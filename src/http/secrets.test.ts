import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkBearer, isSameSecret } from './secrets.ts'

test('secrets are the same or not, whatever their lengths', () => {
  assert.ok(isSameSecret('geheim', 'geheim'))
  for (const guess of ['', 'geheiM', 'geheim ', 'geheimgeheim']) {
    assert.ok(!isSameSecret(guess, 'geheim'), guess)
  }
})

test('a header without a token is missing one; with another it is wrong', () => {
  assert.equal(checkBearer('Bearer secret', 'secret'), 'ok')
  assert.equal(checkBearer('bearer secret', 'secret'), 'ok')
  assert.equal(checkBearer('Bearer other', 'secret'), 'wrong')
  for (const header of [undefined, '', 'Bearer', 'Bearer ', 'secret', 'Basic c2VjcmV0']) {
    assert.equal(checkBearer(header, 'secret'), 'missing', String(header))
  }
})
