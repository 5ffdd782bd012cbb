import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../test/support/process.ts'
import { makeDataFolder } from './data-folder.ts'

test('a data folder is made with those above it, and one that is there is left alone', () => {
  const folder = join(temporaryFolder(), 'a', 'b')
  makeDataFolder(folder)
  makeDataFolder(folder)
  assert.ok(existsSync(folder))
})

test('a data folder that cannot be made is named, with why and what to do', () => {
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  for (const folder of [file, join(file, 'below')]) {
    assert.throws(
      () => makeDataFolder(folder),
      ({ message }: Error) =>
        message.startsWith(`The folder ${folder} cannot be made or written (`) &&
        message.endsWith('Choose another with --data-dir.'),
    )
  }
})
