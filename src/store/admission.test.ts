import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkBatch, checkKey, checkScan, checkWrite, TTL_SECONDS_MAX } from './admission.ts'
import { BATCH_KEYS_MAX, KEY_BYTES_MAX, SCAN_LIMIT_MAX, VALUE_BYTES_MAX } from './client.ts'

const field = (refusal: { field: string } | undefined) => refusal?.field

test('keys of up to 512 bytes of UTF-8 are taken, whatever their characters', () => {
  for (const key of ['a', 'energy:p1:2026-01-05T08:30:00+01:00', 'a/b?c#d%e', 'è😀']) {
    assert.equal(checkKey(key, 'public'), undefined, key)
  }
  assert.equal(checkKey('k'.repeat(KEY_BYTES_MAX), 'public'), undefined)
  assert.equal(field(checkKey('k'.repeat(KEY_BYTES_MAX + 1), 'public')), 'key')
  assert.equal(checkKey('è'.repeat(KEY_BYTES_MAX / 2), 'public'), undefined)
  assert.equal(field(checkKey('è'.repeat(KEY_BYTES_MAX / 2 + 1), 'public')), 'key')
})

test('an empty key and half a character are refused', () => {
  assert.equal(field(checkKey('', 'public')), 'key')
  assert.equal(field(checkKey('a\ud800', 'public')), 'key')
})

test('system keys have a door of their own', () => {
  assert.match(checkKey('_system:thresholds', 'public')?.reason ?? '', /_system:/)
  assert.equal(checkKey('_system:thresholds', 'system'), undefined)
  assert.equal(field(checkKey('energy:p1:latest', 'system')), 'key')
})

test('a value may have 1 MiB of UTF-8 and not a byte more', () => {
  const write = (text: string) => checkWrite({ key: 'k', text }, 'public')
  assert.equal(write('x'.repeat(VALUE_BYTES_MAX)), undefined)
  assert.equal(field(write('x'.repeat(VALUE_BYTES_MAX + 1))), 'value')
  assert.equal(field(write('è'.repeat(VALUE_BYTES_MAX / 2 + 1))), 'value')
  assert.equal(checkWrite({ key: 'k', text: null }, 'public'), undefined)
})

test('a time to live is whole seconds from 1 on, an order is a time', () => {
  const ttl = (ttlSeconds: number) =>
    field(checkWrite({ key: 'k', text: '1', ttlSeconds }, 'public'))
  assert.deepEqual([1, 3600, TTL_SECONDS_MAX].map(ttl), [undefined, undefined, undefined])
  assert.deepEqual([0, -1, 1.5, Number.NaN, TTL_SECONDS_MAX + 1].map(ttl), Array(5).fill('ttl'))
  const order = (value: number) =>
    field(checkWrite({ key: 'k', text: '1', order: value }, 'public'))
  assert.deepEqual([0, 1767602000000.25].map(order), [undefined, undefined])
  assert.deepEqual([-1, Number.NaN, Number.POSITIVE_INFINITY].map(order), Array(3).fill('order'))
})

test('a batch has at most so many keys, and the refusal says how many it had', () => {
  assert.equal(checkBatch(BATCH_KEYS_MAX), undefined)
  assert.match(checkBatch(BATCH_KEYS_MAX + 1)?.reason ?? '', /2001.*split/)
})

test('a scan names a limit, and bounds that some key could have', () => {
  assert.equal(checkScan({ limit: SCAN_LIMIT_MAX, prefix: 'energy:' }), undefined)
  assert.deepEqual(
    [0, SCAN_LIMIT_MAX + 1, 1.5].map((limit) => field(checkScan({ limit }))),
    Array(3).fill('limit'),
  )
  assert.equal(field(checkScan({ limit: 1, prefix: '_system:' })), 'prefix')
  assert.equal(field(checkScan({ limit: 1, from: 'k'.repeat(KEY_BYTES_MAX + 2) })), 'from')
  assert.equal(checkScan({ limit: 1, from: `${'k'.repeat(KEY_BYTES_MAX)}\0` }), undefined)
})
