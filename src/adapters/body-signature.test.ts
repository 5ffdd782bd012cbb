/**
 * The signature of a body: what it is, and all that it is not.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bodySignature, isSignature } from './body-signature.ts'

const ours = bodySignature('the secret of this cluster')
const body = Buffer.from('{"kind":"hello","text":"è 😀"}')

test('a signature is the HMAC-SHA256 that other programs know', () => {
  // RFC 4231, test case 2.
  const known = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'
  const message = Buffer.from('what do ya want for nothing?')
  assert.equal(bodySignature('Jefe').of(message), known)
  assert.ok(bodySignature('Jefe').fits(message, known))
  assert.ok(bodySignature('Jefe').fits(message, known.toUpperCase()))
})

test('it fits these bytes under this secret, and nothing else', () => {
  const signature = ours.of(body)
  assert.ok(ours.fits(body, signature))
  assert.ok(bodySignature('the secret of this cluster').fits(body, signature))
  assert.ok(!bodySignature('the secret of that cluster').fits(body, signature))
  assert.ok(!ours.fits(Buffer.concat([body, Buffer.from(' ')]), signature))
  assert.ok(!ours.fits(Buffer.alloc(0), signature))
  for (let bit = 0; bit < body.length * 8; bit += 1) {
    const changed = Buffer.from(body)
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    assert.ok(!ours.fits(changed, signature), `bit ${bit}`)
  }
})

test('an empty body has a signature too', () => {
  const empty = Buffer.alloc(0)
  assert.ok(ours.fits(empty, ours.of(empty)))
})

test('what has not the form of a signature is none, and nothing throws', () => {
  const right = ours.of(body)
  const others = ['', right.slice(1), `${right}0`, `${right}, ${right}`, `${right.slice(1)}g`]
  for (const other of [...others, ` ${right}`, `${right}\n`, `sha256=${right}`]) {
    assert.ok(!isSignature(other), other)
    assert.ok(!ours.fits(body, other), other)
  }
  for (const header of [undefined, [right], null, 5]) assert.ok(!isSignature(header))
})
