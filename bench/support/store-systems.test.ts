import assert from 'node:assert/strict'
import { basename, dirname } from 'node:path'
import { test } from 'node:test'
import { installed } from './store-systems.ts'

test('a program is found where it is installed, and one that nobody has is not', () => {
  const { execPath } = process
  assert.equal(installed(basename(execPath), dirname(execPath)), execPath)
  assert.equal(installed('no-such-program-anywhere'), undefined)
})
