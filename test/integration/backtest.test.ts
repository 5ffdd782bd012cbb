/**
 * The backtest as a person runs it: one verdict for each reading, from the very code that runs
 * live, and errors that say where.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { main } from '../../src/app/command-line.ts'
import { type SeriesState, stepSeries } from '../../src/detection/incidents/series.ts'
import { must } from '../../src/model/must.ts'
import { HOUR_MS, meterReadings, OPTIONS } from '../support/meter-series.ts'

const folder = mkdtempSync(join(tmpdir(), 'backtest-'))
after(() => rmSync(folder, { recursive: true }))

const readings = meterReadings(42, HOUR_MS).map(({ timeMs, value }, i) => ({
  timestamp: new Date(timeMs).toISOString(),
  timeMs,
  value: Number((i === 900 ? value * 2.5 : value).toFixed(4)),
}))
const csv = [
  'room,timestamp,value,label',
  ...readings.map(({ timestamp, value }) => `a,${timestamp},${value},0`),
].join('\n')

async function backtest(content: string | Buffer, ...flags: string[]) {
  const input = join(folder, 'series.csv')
  const written = join(folder, 'verdicts.csv')
  writeFileSync(input, content)
  const said: string[] = []
  const output = {
    data: (text: string) => void said.push(text),
    message: (text: string) => void said.push(text),
  }
  const code = await main(['backtest', input, '--output', written, ...flags], {}, output)
  return { code, said: said.join('\n'), rows: () => readFileSync(written, 'utf8').split('\n') }
}

test('each reading gets the verdict that it would have got live', async () => {
  const { code, said, rows } = await backtest(csv)
  assert.equal(code, 0)
  assert.match(said, /1008 readings of kw/)
  let state: SeriesState | undefined
  const expected = readings.map(({ timestamp, timeMs, value }) => {
    const step = stepSeries(state, timeMs, value, OPTIONS)
    assert.ok(step.kind === 'judged')
    state = step.state
    const isAlert = step.changes.some(({ phase }) => phase === 'opened')
    return `${timestamp},${step.score.toFixed(4)},${isAlert ? 1 : 0}`
  })
  assert.deepEqual(rows(), ['timestamp,score,alert', ...expected, ''])
  assert.match(must(expected[900]), /,1$/)
})

test('a compressed file gives the same', async () => {
  const plain = (await backtest(csv)).rows()
  assert.deepEqual((await backtest(gzipSync(csv))).rows(), plain)
})

test('the original rule can be chosen, and is silent until it has counted its weeks', async () => {
  const { code, rows } = await backtest(csv, '--rule', 'original')
  assert.equal(code, 0)
  assert.ok(rows().every((row) => !row.endsWith(',1')))
})

test('an error names the line and the field', async () => {
  const lines = csv.split('\n')
  const broken = (line: string) => [...lines.slice(0, 4), line, ...lines.slice(5)].join('\n')
  const wrong: readonly (readonly [string, RegExp])[] = [
    [broken('a,2026-01-05T03:00:00Z,much,0'), /Line 5, field value: "much"/],
    [broken('a,yesterday,3,0'), /Line 5, field timestamp: "yesterday"/],
    [broken('a,2026-01-05T03:00:00Z'), /Line 5, field value: it is missing/],
    ['time,value\n2026-01-05T03:00:00Z,3', /Line 1: no column timestamp/],
    ['', /empty/],
    ['timestamp,value\n', /no readings/],
  ]
  for (const [content, message] of wrong) {
    const { code, said } = await backtest(content)
    assert.equal(code, 1)
    assert.match(said, message)
  }
})
