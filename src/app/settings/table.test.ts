import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { SETTING_NAMES } from '../settings.ts'
import { settingsTable, withSettingsTable } from './table.ts'

test('the table has one row for each setting', () => {
  assert.equal(settingsTable().split('\n').length, SETTING_NAMES.length + 2)
})

for (const name of ['README.md', 'README.it.md']) {
  const path = fileURLToPath(new URL(`../../../${name}`, import.meta.url))
  test(`${name} shows the settings of today`, () => {
    const page = readFileSync(path, 'utf8')
    assert.match(page, /<!-- settings:begin -->/)
    assert.ok(page === withSettingsTable(page), 'run `npm run settings`')
  })
}
