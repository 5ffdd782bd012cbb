/**
 * docs/dashboard.md lists every function of the original dashboard with the tests that prove it.
 * The list is held to the tests, so that it cannot name one that is gone.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ROOT_DIR } from './support/process.ts'

const text = readFileSync(join(ROOT_DIR, 'docs/dashboard.md'), 'utf8')
/** As the contract counts them; thresholds and what a floor inherits are two rows. */
const FUNCTIONS_MIN = 11

test('each function of the original dashboard is proved by a test that exists', () => {
  const rows = [...text.matchAll(/^\| (.+) \| `(\S+\.test\.ts)`: (.+) \|$/gm)]
  assert.ok(rows.length >= FUNCTIONS_MIN, `only ${rows.length}`)
  for (const [, name, file, titles = ''] of rows) {
    const source = readFileSync(join(ROOT_DIR, 'test/browser', file ?? ''), 'utf8')
    const found = [...titles.matchAll(/\*([^*]+)\*/g)].map(([, title]) => `'${title}'`)
    assert.ok(found.length > 0, `${name} names no test`)
    const lost = found.filter((title) => !source.includes(title))
    assert.deepEqual(lost, [], `${name}: not in ${file}`)
  }
})
