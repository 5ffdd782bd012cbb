import assert from 'node:assert/strict'
import { test } from 'node:test'
import { holdsKey, isLeader, putRequest, rangeRequest } from './etcd-messages.ts'

test('a put is the key and the value, each with its length', () => {
  const bytes = putRequest('ab', 'x'.repeat(300))
  assert.equal(bytes.subarray(0, 7).toString('hex'), '0a0261' + '6212ac02')
  assert.equal(bytes.length, 4 + 3 + 300)
  assert.equal(rangeRequest('é').toString('hex'), '0a02c3a9')
})

test('a range that found nothing holds no key', () => {
  const header = '0a0410051803'
  assert.equal(holdsKey(Buffer.from(header, 'hex')), false)
  assert.equal(holdsKey(Buffer.from(`${header}12060a0261621001`, 'hex')), true)
})

test('the leader is the member that names itself', () => {
  const member = 'e9d5c1b1f0b5a08f8801'
  const header = `0a0d080510${member}`
  const says = (leader: string) => isLeader(Buffer.from(`${header}20${leader}`, 'hex'))
  assert.equal(says(member), true)
  assert.equal(says('07'), false)
  assert.equal(isLeader(Buffer.alloc(0)), false)
})

test('bytes that break off are no answer', () => {
  assert.throws(() => holdsKey(Buffer.from('1206', 'hex')), RangeError)
})
