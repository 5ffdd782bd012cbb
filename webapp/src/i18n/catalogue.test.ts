/**
 * Both languages are complete: the same keys, the same gaps to fill, no key that nobody uses, and
 * no key used that is not there.
 */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { STAGES } from '../../../src/app/pipeline-tally.ts'
import { en } from './en.ts'
import { it } from './it.ts'

const SOURCES = dirname(dirname(fileURLToPath(import.meta.url)))
const texts = { en: flatten(en), it: flatten(it) }
const sources = sourceText()

function flatten(node: object, path = ''): ReadonlyMap<string, string> {
  const entries = Object.entries(node).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' ? [[path + name, value]] : [...flatten(value, `${path}${name}.`)],
  )
  return new Map(entries)
}

function sourceText(): string {
  const paths = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  const code = paths.filter((path) => /\.tsx?$/.test(path) && !/i18n|\.test\./.test(path))
  return code.map((path) => readFileSync(join(SOURCES, path), 'utf8')).join('\n')
}

/** `now.problems_one` is used as `now.problems`. */
function usedName(key: string): string {
  return key.replace(/_(one|other)$/, '')
}

test('Italian and English have the same keys', () => {
  assert.deepEqual([...texts.it.keys()].sort(), [...texts.en.keys()].sort())
})

test('a sentence has the same gaps in both languages, and none is empty', () => {
  const gaps = (text = '') => [...text.matchAll(/{{(\w+)}}/g)].map(([, name]) => name).sort()
  for (const [key, text] of texts.en) {
    assert.deepEqual(gaps(texts.it.get(key)), gaps(text), key)
    assert.ok(text.trim() !== '' && texts.it.get(key)?.trim() !== '', key)
  }
})

test('every key is used by the page', () => {
  const literal = new Set([...sources.matchAll(/'([a-zA-Z]+\.\w+)'/g)].map(([, key]) => key))
  const prefixes = [...sources.matchAll(/`([a-zA-Z]+\.)\$\{/g)].map(([, prefix]) => prefix ?? '-')
  const unused = [...texts.en.keys()].filter((key) => {
    const name = usedName(key)
    const isMade = prefixes.some((prefix) => name.startsWith(prefix))
    return !literal.has(name) && !isMade
  })
  assert.deepEqual(unused, [])
})

test('every key that the page asks for is there', () => {
  const names = new Set([...texts.en.keys()].map(usedName))
  const asked = [...sources.matchAll(/\bt\(\s*'([^']+)'/g)].map(([, key]) => key ?? '')
  assert.ok(asked.length > 50, 'the sources were found')
  assert.deepEqual(
    asked.filter((key) => !names.has(key)),
    [],
  )
})

test('every stage that a coordinator reports has a name in both languages', () => {
  for (const stage of STAGES) assert.ok(stage in en.stage && stage in it.stage, stage)
})
