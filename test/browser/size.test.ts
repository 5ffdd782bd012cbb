/**
 * What a person must load before the first page shows: JavaScript of at most 300 kB, compressed.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { ROOT_DIR } from '../support/process.ts'

const BYTES_MAX = 300_000

test(`the first page loads at most ${BYTES_MAX / 1000} kB of JavaScript`, (t) => {
  execFileSync(process.execPath, [join(ROOT_DIR, 'scripts/build-webapp.ts')], { stdio: 'ignore' })
  const folder = join(ROOT_DIR, 'webapp/dist')
  const index = readFileSync(join(folder, 'index.html'), 'utf8')
  const seen = new Set<string>()
  const visit = (name: string) => {
    if (seen.has(name)) return
    seen.add(name)
    const text = readFileSync(join(folder, 'assets', name), 'utf8')
    /** Static imports only: what is imported by a call is fetched when it is wanted. */
    for (const [, next] of text.matchAll(/(?:from|import)\s*"\.\/([\w.-]+\.js)"/g))
      visit(next ?? '')
  }
  for (const [, name] of index.matchAll(/(?:src|href)="\/assets\/([\w.-]+\.js)"/g))
    visit(name ?? '')
  assert.ok(seen.size > 0, 'the index names its scripts')
  assert.doesNotMatch(index, /<script(?![^>]*\bsrc=)/, 'the policy forbids scripts in the page')
  const sizes = [...seen].map((name) => gzipSync(readFileSync(join(folder, 'assets', name))).length)
  const bytes = sizes.reduce((a, b) => a + b, 0)
  t.diagnostic(`${seen.size} files, ${bytes} bytes`)
  assert.ok(bytes <= BYTES_MAX, `${bytes} bytes`)
})
