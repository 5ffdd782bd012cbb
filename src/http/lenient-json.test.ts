import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseLenientJson } from './lenient-json.ts'
import { InvalidRequest } from './problems.ts'

test('NaN and Infinity, as Python writes them, are no number; texts stay as they are', () => {
  const text = '{"zscore": NaN, "mu": -Infinity, "sigma": Infinity, "note": "NaN \\" NaN"}'
  assert.deepEqual(parseLenientJson(text), {
    zscore: null,
    mu: null,
    sigma: null,
    note: 'NaN " NaN',
  })
})

test('what is not JSON even so is refused', () => {
  assert.throws(() => parseLenientJson('{"a": NaN'), InvalidRequest)
})
