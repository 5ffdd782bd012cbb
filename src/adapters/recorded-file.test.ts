import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { LINE_LENGTH_MAX, recordedLines } from './recorded-file.ts'

const folder = await mkdtemp(join(tmpdir(), 'recorded-file-'))
after(() => rm(folder, { recursive: true, force: true }))

async function linesOf(content: string | Buffer): Promise<string[]> {
  const path = join(folder, 'file')
  await writeFile(path, content)
  return Array.fromAsync(recordedLines(path))
}

test('lines come as they stand, whatever ends them', async () => {
  assert.deepEqual(await linesOf('\uFEFFa,b\r\n1,è\n\nlast'), ['a,b', '1,è', '', 'last'])
  assert.deepEqual(await linesOf(''), [])
})

test('a gzip file is told by its content, and large ones come in pieces', async () => {
  const lines = Array.from({ length: 40_000 }, (_, n) => `row ${n} é`)
  assert.deepEqual(await linesOf(gzipSync(lines.join('\n'))), lines)
})

test('a file that is missing, cut short or not of lines is an error that says so', async () => {
  await assert.rejects(Array.fromAsync(recordedLines(join(folder, 'none'))), /none cannot be read/)
  const whole = gzipSync('a\n'.repeat(100_000))
  await assert.rejects(linesOf(whole.subarray(0, whole.length - 20)), /cannot be read: unexpected/)
  await assert.rejects(linesOf('x'.repeat(LINE_LENGTH_MAX + 70_000)), /A line is longer than/)
})

test('a reader may stop early', async () => {
  await writeFile(join(folder, 'file'), gzipSync('a\nb\n'.repeat(100_000)))
  for await (const line of recordedLines(join(folder, 'file'))) {
    assert.equal(line, 'a')
    break
  }
})
