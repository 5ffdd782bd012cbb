import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { SERIES_SETS, seriesOf } from './detection-series.ts'

const ROWS = ['timestamp,value,label', '2020-01-01T00:00:00Z,5,0', '2020-01-01T01:00:00Z,0,1']
const WINDOW = ['2020-01-01T01:00:00Z', '2020-01-01T01:00:00Z']

test('a public series is read as its file and its manifest say', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'energyguard-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'one.csv.gz'), gzipSync(`${ROWS.join('\n')}\n`))
  const entry = { name: 'one', file: 'one.csv.gz', split: 'public', windows: [WINDOW] }
  const others = { ...entry, name: 'two', split: 'other' }
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ series: [entry, others] }))
  const [one, ...rest] = seriesOf('public', { series: folder, readings: folder }, 'seed')
  const startMs = Date.parse('2020-01-01T00:00:00Z')
  const endMs = startMs + 3_600_000
  assert.deepEqual(one, {
    ...{ name: 'one', times: [startMs, endMs], values: [5, 0] },
    windows: [{ startMs: endMs, endMs, kind: 'labelled' }],
  })
  assert.deepEqual(rest, [])
})

test('where the data are not there a set is empty, those that are made are not', () => {
  const nowhere = { series: 'no-such-folder', readings: 'no-such-folder' }
  const sizes = SERIES_SETS.map((set) => seriesOf(set, nowhere, 'seed').length > 0)
  assert.deepEqual(sizes, [false, false, false, true, true, false])
})
