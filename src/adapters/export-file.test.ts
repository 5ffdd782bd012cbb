import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { temporaryFolder } from '../../test/support/process.ts'
import { VALUE_BYTES_MAX } from '../store/client.ts'
import { checkExport, endLine, exportedRows, headLine, writeExport } from './export-file.ts'

const folder = temporaryFolder('export-file')
const facts = { cluster: 'c1', time: '2026-01-05T08:30:00.000Z' }
const rowsOf = (texts: readonly string[]) =>
  texts.map((text, n) => JSON.stringify({ key: `k${n}`, text }))

async function* linesOf(rows: readonly string[], keys = rows.length): AsyncGenerator<string> {
  yield headLine(facts)
  yield* rows
  yield endLine(keys)
}

test('what was written is read again, plain and compressed', async () => {
  const largest = 'a"\\'.repeat(VALUE_BYTES_MAX / 3)
  const rows = rowsOf(['{}', '{ "è":\n"😀" }', largest, 'end'])
  for (const name of ['plain.ndjson', 'small.ndjson.gz']) {
    const path = join(folder, name)
    await writeExport(path, linesOf(rows))
    assert.deepEqual(await checkExport(path), { ...facts, keys: rows.length })
    assert.deepEqual(await Array.fromAsync(exportedRows(path)), rows)
  }
  const lines = gunzipSync(readFileSync(join(folder, 'small.ndjson.gz')))
    .toString()
    .split('\n')
  assert.deepEqual(lines.slice(1, -2), rows)
})

test('an export of nothing is an export', async () => {
  const path = join(folder, 'nothing')
  await writeExport(path, linesOf([]))
  assert.deepEqual(await checkExport(path), { ...facts, keys: 0 })
  assert.deepEqual(await Array.fromAsync(exportedRows(path)), [])
})

test('a file that was cut is noticed, wherever that was', async () => {
  for (const name of ['cut', 'cut.gz']) {
    const path = join(folder, name)
    await writeExport(path, linesOf(rowsOf(['{"a":1}', '{}'])))
    // The end of the last line is all that may be missing.
    for (let size = readFileSync(path).length - 2; size >= 0; size -= 1) {
      truncateSync(path, size)
      await assert.rejects(checkExport(path), `${name} of ${size} bytes`)
    }
  }
})

test('what is no export, or not a sound one, is told in a sentence', async () => {
  const path = join(folder, 'wrong')
  const [row = ''] = rowsOf(['{}'])
  const [head, end] = [headLine(facts), endLine(1)]
  const wrong: readonly [readonly string[], RegExp][] = [
    [[], /wrong is empty/],
    [['notes'], /wrong is not an export/],
    [[row, end], /wrong is not an export/],
    [[head.replace('"format":1', '"format":2'), end], /is an export of format 2; this is 1/],
    [[head, row], /was cut: it ends after 1 keys/],
    [[head, row, row, end], /has 2 keys and should have 1/],
    [[head, '{"text":""}', end], /damaged: line 2/],
    [[head, row, '{"key":', end], /damaged: line 3/],
    [[head, row, end, row], /goes on after its end/],
  ]
  for (const [lines, sentence] of wrong) {
    writeFileSync(path, lines.map((line) => `${line}\n`).join(''))
    await assert.rejects(checkExport(path), sentence)
  }
  await assert.rejects(checkExport(join(folder, 'missing')), /missing cannot be read/)
})

test('an export that fails leaves the one before as it was, and nothing else', async () => {
  const path = join(folder, 'kept', 'file')
  const missing = writeExport(path, linesOf([]))
  await assert.rejects(missing, /no such file/)
  const kept = join(temporaryFolder('kept'), 'file')
  await writeExport(kept, linesOf([]))
  async function* failing(): AsyncGenerator<string> {
    yield* linesOf(rowsOf(['{}']))
    assert.ok(existsSync(kept))
    throw new Error('the store is away')
  }
  await assert.rejects(writeExport(kept, failing()), /the store is away/)
  assert.deepEqual(await checkExport(kept), { ...facts, keys: 0 })
  assert.deepEqual(readdirSync(join(kept, '..')), ['file'])
})
