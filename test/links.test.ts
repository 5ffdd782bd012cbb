/**
 * Pages for people lead on: every link in them, every picture and every file that they name is
 * there, so that what is moved or renamed in the sources shows here and not to a newcomer.
 */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path/posix'
import { test } from 'node:test'
import { projectFiles, ROOT, type SourceFile } from './support/source-files.ts'

const pages = projectFiles(/\.md$/)
const paths = projectFiles(/./).map(({ path }) => path)
/** Of users, of the data folder, and of another project. */
const ELSEWHERE = new Set(['energyguard.yaml', 'schema/compose-spec.json', 'DATA_DIR/shards.json'])

const LINK = /\]\(([^)\s]+)\)|\b(?:src|srcset)="([^"]+)"/g
const NAMED_FILE = /`([\w][\w./-]*\.(?:tsx?|mjs|md|json|ya?ml|css))`/g
const NAMED_FOLDER = /`((?:bench|docs|scripts|sim|src|test|torture|webapp)\/[\w./-]*)`/g

function found(page: SourceFile, pattern: RegExp): readonly string[] {
  return [...page.text.matchAll(pattern)].map(([, first, second]) => first ?? second ?? '')
}

/** What leads out of the page and stays in the repository. */
function leads(page: SourceFile): readonly string[] {
  return found(page, LINK).filter((link) => !/^[a-z]+:/.test(link))
}

/** As a heading is addressed: in small letters, signs left out, a hyphen for each blank. */
function anchorsOf(page: SourceFile | undefined): readonly string[] {
  const headings = page?.lines.flatMap((line) => /^#+ (.+)$/.exec(line)?.[1] ?? []) ?? []
  return headings.map((one) =>
    one
      .toLowerCase()
      .replace(/[^\p{L}\d _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

function isThere(page: SourceFile, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? page.path : normalize(join(dirname(page.path), path))
  if (!existsSync(join(ROOT, target))) return false
  return (
    anchor === undefined || anchorsOf(pages.find((one) => one.path === target)).includes(anchor)
  )
}

function broken(check: (page: SourceFile) => readonly string[]): readonly string[] {
  return pages.flatMap((page) => check(page).map((name) => `${page.path}: ${name}`))
}

test('every link and every picture of a page for people leads somewhere', () => {
  assert.ok(pages.flatMap(leads).length > 20)
  assert.deepEqual(
    broken((page) => leads(page).filter((link) => !isThere(page, link))),
    [],
  )
})

test('every file that a page names is there, by its path or the end of it', () => {
  const isKnown = (name: string) => paths.some((path) => `/${path}`.endsWith(`/${name}`))
  assert.ok(pages.flatMap((page) => found(page, NAMED_FILE)).length > 50)
  assert.deepEqual(
    broken((page) =>
      found(page, NAMED_FILE).filter((name) => !isKnown(name) && !ELSEWHERE.has(name)),
    ),
    [],
  )
})

test('every folder that a page names is there', () => {
  assert.deepEqual(
    broken((page) => found(page, NAMED_FOLDER).filter((name) => !existsSync(join(ROOT, name)))),
    [],
  )
})
