import assert from 'node:assert/strict'
import { test } from 'node:test'
import { targetOf } from './route.ts'

test('a route and what is asked of it make a method and an address', () => {
  assert.deepEqual(targetOf('GET /health', {}), { method: 'GET', address: '/health' })
  const query = { floor: 2, from: '2026-03-02T10:00:00+01:00', to: undefined }
  assert.deepEqual(targetOf('GET /api/v1/readings', { query }), {
    method: 'GET',
    address: '/api/v1/readings?floor=2&from=2026-03-02T10%3A00%3A00%2B01%3A00',
  })
})

test('a key in an address is one part of it, whatever characters it has', () => {
  const { address } = targetOf('PUT /key/{key}', { path: { key: 'a/b?c#d%e+f' } })
  assert.equal(address, '/key/a%2Fb%3Fc%23d%25e%2Bf')
  assert.equal(decodeURIComponent(address.slice('/key/'.length)), 'a/b?c#d%e+f')
})
