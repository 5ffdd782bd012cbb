/**
 * A secret in a file: one for all, whole, and its owner's alone.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { temporaryFolder } from '../../test/support/process.ts'
import { makeSecretFile } from './secret-file.ts'

test('a secret is made once, and what is there already stands', () => {
  const path = join(temporaryFolder(), 'secret')
  assert.equal(makeSecretFile(path, 32), true)
  const secret = readFileSync(path, 'utf8')
  assert.match(secret, /^[\w-]{43}$/)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.equal(makeSecretFile(path, 32), false)
  assert.equal(readFileSync(path, 'utf8'), secret)
  writeFileSync(path, '')
  assert.equal(makeSecretFile(path, 32), false)
  assert.equal(readFileSync(path, 'utf8'), '', 'not even an empty one is touched')
})

test('two folders get two secrets', () => {
  const paths = [temporaryFolder(), temporaryFolder()].map((folder) => join(folder, 'secret'))
  for (const path of paths) makeSecretFile(path, 32)
  assert.equal(new Set(paths.map((path) => readFileSync(path, 'utf8'))).size, 2)
})

test('nothing is left behind, also where the secret cannot be made', () => {
  const folder = temporaryFolder()
  makeSecretFile(join(folder, 'secret'), 32)
  makeSecretFile(join(folder, 'secret'), 32)
  assert.deepEqual(readdirSync(folder), ['secret'])
  assert.throws(() => makeSecretFile(join(folder, 'absent', 'secret'), 32), /ENOENT/)
})

test('processes that start at once all read the same whole secret', async () => {
  const path = join(temporaryFolder(), 'secret')
  const module = new URL('./secret-file.ts', import.meta.url)
  const program = `
    import { readFileSync } from 'node:fs'
    import { makeSecretFile } from ${JSON.stringify(module.href)}
    const isMaker = makeSecretFile(${JSON.stringify(path)}, 32)
    console.log(JSON.stringify([isMaker, readFileSync(${JSON.stringify(path)}, 'utf8')]))`
  const args = ['--input-type=module', '-e', program]
  const said = await Promise.all(
    Array.from({ length: 4 }, () => text(spawn(process.execPath, args).stdout)),
  )
  const [makers, secrets] = [0, 1].map((n) => said.map((line) => JSON.parse(line)[n]))
  assert.equal(makers?.filter(Boolean).length, 1)
  assert.equal(new Set(secrets).size, 1)
  assert.match(String(secrets?.[0]), /^[\w-]{43}$/)
})
