import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { readConfigFile } from './config-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'config-file-'))
after(() => rmSync(folder, { recursive: true }))

function read(text: string) {
  const path = join(folder, 'energyguard.yaml')
  writeFileSync(path, text)
  return readConfigFile(path)?.entries
}

test('numbers, lists and truth values become the text that a flag would have', () => {
  const entries = read('coordinatorPort: 8010\nfloors: [1, 2]\ndryRun: true\nadminUser:\n')
  assert.deepEqual(entries, { coordinatorPort: '8010', floors: '1,2', dryRun: 'true' })
})

test('an empty file sets nothing', () => {
  assert.deepEqual(read('# nothing yet\n'), {})
})

test('a file that is no mapping, no YAML or not there is refused with its name', () => {
  assert.throws(() => read('- a\n- b\n'), /energyguard.yaml must be a mapping/)
  assert.throws(() => read('a: [\n'), /energyguard.yaml is not YAML/)
  assert.throws(() => read('floors: {a: 1}\n'), /floors must be a plain value/)
  assert.throws(() => readConfigFile(join(folder, 'absent.yaml')), /Cannot read .*absent.yaml/)
})

test('the usual file may be missing', () => {
  assert.equal(readConfigFile(undefined), undefined)
})
