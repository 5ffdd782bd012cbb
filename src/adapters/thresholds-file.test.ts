import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../test/support/process.ts'
import { DEFAULT_THRESHOLDS } from '../model/thresholds.ts'
import { thresholdsFile } from './thresholds-file.ts'

const changed = {
  default: { ...DEFAULT_THRESHOLDS.default, kw_max: 5 },
  per_floor: { '2': { ...DEFAULT_THRESHOLDS.default, tensione_max: 245 } },
}

function place(text?: string | Buffer) {
  const folder = join(temporaryFolder(), 'nested')
  const path = join(folder, 'thresholds.json')
  if (text !== undefined) {
    mkdirSync(folder)
    writeFileSync(path, text)
  }
  return { folder, path, file: thresholdsFile(path) }
}

test('what was written is read again, in a folder that was not there', async () => {
  const { file, folder } = place()
  assert.deepEqual(await file.read(), { kind: 'absent' })
  for (const thresholds of [changed, DEFAULT_THRESHOLDS]) {
    await file.write(thresholds)
    assert.deepEqual(await file.read(), { kind: 'found', thresholds })
  }
  assert.deepEqual(readdirSync(folder), ['thresholds.json'])
})

test('the files of the original are read, full and flat, with a byte mark too', async () => {
  const full = place(JSON.stringify(changed))
  assert.deepEqual(await full.file.read(), { kind: 'found', thresholds: changed })
  const flat = place(`\uFEFF{"kw_max": 5}`)
  const thresholds = { default: changed.default, per_floor: {} }
  assert.deepEqual(await flat.file.read(), { kind: 'found', thresholds })
})

test('what cannot be read is broken, in a sentence that names file and field', async () => {
  const wrong: [string, RegExp][] = [
    ['', /JSON/],
    ['{"default": ', /JSON/],
    ['[]', /default/],
    ['7', /expected object/],
    ['{"kw_max": "much"}', /kw_max/],
    ['{"default": {}, "per_floor": {"ground": {}}}', /ground/],
  ]
  for (const [text, reason] of wrong) {
    const { file, path } = place(text)
    const content = await file.read()
    assert.equal(content.kind, 'broken', text)
    assert.match(content.kind === 'broken' ? content.reason : '', reason)
    assert.ok(content.kind === 'broken' && content.reason.startsWith(`${path} cannot be read`))
    assert.equal(readFileSync(path, 'utf8'), text)
  }
  const { file } = place()
  assert.equal((await thresholdsFile(temporaryFolder()).read()).kind, 'broken')
  assert.equal((await file.read()).kind, 'absent')
})

test('what cannot be written is a sentence, leaves the old file and no draft', async () => {
  const { folder, path } = place('old')
  mkdirSync(join(folder, 'taken'))
  const taken = thresholdsFile(join(folder, 'taken'))
  await assert.rejects(taken.write(changed), /taken cannot be written/)
  await assert.rejects(thresholdsFile(join(path, 'below')).write(changed), /cannot be written/)
  assert.deepEqual(readdirSync(folder).sort(), ['taken', 'thresholds.json'])
  assert.equal(readFileSync(path, 'utf8'), 'old')
})

test('a reader never sees half a file', async () => {
  const { file, path } = place()
  await file.write(changed)
  let isOver = false
  const writing = (async () => {
    for (let i = 0; i < 50; i += 1) await file.write(i % 2 === 0 ? DEFAULT_THRESHOLDS : changed)
    isOver = true
  })()
  while (!isOver) assert.equal((await file.read()).kind, 'found')
  await writing
  chmodSync(path, 0o400)
  await file.write(DEFAULT_THRESHOLDS)
  assert.deepEqual(await file.read(), { kind: 'found', thresholds: DEFAULT_THRESHOLDS })
})
