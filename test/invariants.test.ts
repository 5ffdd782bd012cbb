/**
 * A promise is worth the test that guards it: each row of docs/invariants.md names one or a few,
 * and each must be there under that title.
 */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ROOT } from './support/source-files.ts'

const page = readFileSync(join(ROOT, 'docs/invariants.md'), 'utf8')
const rows = [...page.matchAll(/^\| ([A-Z]\d+) \| (.+) \| (`[^`]+`: .+) \|$/gm)]
const guardians = rows.flatMap(([, number, , named = '']) =>
  named.split(/; (?=`)/).map((one) => {
    const [, path = '', title = ''] = /^`([^`]+)`: (.+)$/.exec(one) ?? []
    return { number, path, title }
  }),
)

test('every promise has a number of its own and a guardian', () => {
  const numbered = [...page.matchAll(/^\| ([A-Z]\d+) \|/gm)].map(([, number]) => number)
  assert.ok(numbered.length > 20)
  assert.equal(new Set(numbered).size, numbered.length)
  assert.equal(rows.length, numbered.length)
})

test('every guardian is a test that exists under the title that is told', () => {
  const missing = guardians.filter(({ path, title }) => {
    const file = join(ROOT, path)
    return path === '' || !existsSync(file) || !isTitleIn(readFileSync(file, 'utf8'), title)
  })
  assert.deepEqual(
    missing.map(({ number, path, title }) => `${number} ${path}: ${title}`),
    [],
  )
})

/** Where a text begins or ends: a mention in a comment guards nothing. */
function isTitleIn(source: string, title: string): boolean {
  const places = ["'", '"', '`'].flatMap((quote) => [`${quote}${title}`, `${title}${quote}`])
  return places.some((place) => source.includes(place))
}
