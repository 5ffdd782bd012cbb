/**
 * Writes the table of settings into the READMEs, between their two markers, or prints it where no
 * file is named: `npm run settings`. A test says when one is out of date.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { settingsTable, withSettingsTable } from '../src/app/settings/table.ts'

const paths = process.argv.slice(2)
for (const path of paths) writeFileSync(path, withSettingsTable(readFileSync(path, 'utf8')))
if (paths.length === 0) process.stdout.write(`${settingsTable()}\n`)
