import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { SETTING_NAMES } from '../settings.ts'
import { settingsTable, withSettingsTable } from './table.ts'

test('the table has one row for each setting', () => {
  assert.equal(settingsTable().split('\n').length, SETTING_NAMES.length + 2)
})

test('the README shows the settings of today', () => {
  const page = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8')
  assert.match(page, /<!-- settings:begin -->/)
  const remedy = 'run `node scripts/settings-table.ts README.md`'
  assert.ok(page === withSettingsTable(page), remedy)
})
