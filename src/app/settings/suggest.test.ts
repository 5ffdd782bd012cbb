import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearestName, suggestion } from './suggest.ts'

const KNOWN = ['coordinatorPort', 'kafkaBootstrap', 'adminToken']

test('a misspelt name is answered with the one that was meant', () => {
  assert.equal(nearestName('kafka_bootstrp', KNOWN), 'kafkaBootstrap')
  assert.equal(nearestName('ADMIN-TOKEN', KNOWN), 'adminToken')
})

test('a name that is near to none is answered with no suggestion', () => {
  assert.equal(suggestion('colour', KNOWN), '')
})
