/**
 * The READMEs are the first thing that users meet: each command in them must exist, with its flags,
 * and the Italian one must say what the English one says.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { COMMANDS } from '../src/app/commands.ts'
import { settingNamesOf, settingOf } from '../src/app/settings.ts'
import { projectFiles, ROOT } from './support/source-files.ts'

const english = readFileSync(join(ROOT, 'README.md'), 'utf8')
const italian = readFileSync(join(ROOT, 'README.it.md'), 'utf8')
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))

/** The lines of all code blocks that are commands, without comments, continued lines joined. */
function commandLines(page: string): readonly string[] {
  const blocks = [...page.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block = '']) => block)
  const lines = blocks.flatMap((block) => block.replaceAll(/\\\n\s*/g, '').split('\n'))
  return lines.map((line) => line.replace(/\s+#.*$/, '').trim()).filter((line) => line !== '')
}

const count = (page: string, pattern: RegExp) => [...page.matchAll(pattern)].length

test('every command of the README exists, with the flags that are shown', () => {
  const lines = commandLines(english).filter((line) => line.includes('npx energyguard '))
  assert.ok(lines.length > 10)
  for (const line of lines) {
    const words = line.slice(line.indexOf('npx energyguard ')).split(/\s+/).slice(2)
    const command = COMMANDS.find(({ path }) => `${words.join(' ')} `.startsWith(`${path} `))
    assert.ok(command, line)
    const settings = settingNamesOf(command.role).map((name) => settingOf(name).flag)
    const flags = [...settings, ...(command.switches ?? []).map(({ flag }) => flag.split(' ')[0])]
    for (const flag of words.filter((word) => word.startsWith('--'))) {
      assert.ok(flags.includes(flag), `${line}: ${flag}`)
    }
  }
})

test('every npm script that people are told of exists', () => {
  const pages = projectFiles(/\.md$/).map(({ text }) => text)
  const told = [...pages.join('\n').matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)]
  const scripts = new Set(told.map(([, run, own]) => run ?? own ?? ''))
  assert.ok(scripts.has('sim:mutants'))
  for (const name of scripts) assert.ok(name in manifest.scripts, `npm run ${name}`)
})

test('the Italian README has the commands, headings and tables of the English one', () => {
  assert.deepEqual(commandLines(italian), commandLines(english))
  for (const part of [/^##+ /gm, /^\|/gm, /^\* /gm, /\]\([^)]+\)/g]) {
    assert.equal(count(italian, part), count(english, part), String(part))
  }
})
