/**
 * The job that makes the secrets of a deployment: once, private, and never again.
 */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { ROOT } from '../support/source-files.ts'

const SCRIPT = join(ROOT, 'scripts/make-secrets.ts')
const NAMES = ['admin_pass', 'admin_token', 'cluster_secret', 'internal_broadcast_token']

test('the first run makes every secret, long, different, and readable by its owner alone', (t) => {
  const folder = temporaryFolder(t)
  assert.equal(makeSecrets(folder).status, 0)
  const made = readSecrets(folder)
  assert.deepEqual(Object.keys(made), NAMES)
  assert.equal(new Set(Object.values(made)).size, NAMES.length)
  for (const name of NAMES) {
    assert.match(made[name] ?? '', /^[\w-]{24,}$/)
    assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600)
  }
})

test('a second run keeps every secret, and makes only the one that is missing', (t) => {
  const folder = temporaryFolder(t)
  makeSecrets(folder)
  const first = readSecrets(folder)
  rmSync(join(folder, 'admin_pass'))
  assert.equal(makeSecrets(folder).status, 0)
  const second = readSecrets(folder)
  assert.equal(second.admin_token, first.admin_token)
  assert.equal(second.internal_broadcast_token, first.internal_broadcast_token)
  assert.notEqual(second.admin_pass, first.admin_pass)
})

test('two folders get different secrets', (t) => {
  const [one, other] = [temporaryFolder(t), temporaryFolder(t)]
  makeSecrets(one)
  makeSecrets(other)
  for (const name of NAMES) assert.notEqual(readSecrets(one)[name], readSecrets(other)[name])
})

test('no secret is printed, and the output says how to read the password', (t) => {
  const folder = temporaryFolder(t)
  const { stdout, stderr } = makeSecrets(folder)
  for (const secret of Object.values(readSecrets(folder))) {
    assert.ok(!stdout.includes(secret) && !stderr.includes(secret))
  }
  assert.match(stdout, /docker compose exec login cat \/secrets\/admin_pass/)
})

test('several jobs at once agree on one set of secrets', async (t) => {
  const folder = temporaryFolder(t)
  const jobs = Array.from({ length: 4 }, () => spawn(process.execPath, [SCRIPT, folder]))
  const exits = await Promise.all(jobs.map((job) => once(job, 'exit')))
  assert.deepEqual(
    exits.map(([code]) => code),
    [0, 0, 0, 0],
  )
  const made = readSecrets(folder)
  assert.deepEqual(Object.keys(made), NAMES, 'no draft is left behind')
  makeSecrets(folder)
  assert.deepEqual(readSecrets(folder), made)
})

test('a secret that others may read is closed to them', (t) => {
  const folder = temporaryFolder(t)
  writeFileSync(join(folder, 'admin_pass'), 'chosen by hand', { mode: 0o644 })
  assert.equal(makeSecrets(folder).status, 0)
  assert.equal(readSecrets(folder).admin_pass, 'chosen by hand')
  assert.equal(statSync(join(folder, 'admin_pass')).mode & 0o777, 0o600)
})

test('an empty secret stops the job with a sentence', (t) => {
  const folder = temporaryFolder(t)
  writeFileSync(join(folder, 'admin_token'), '\n')
  const { status, stderr } = makeSecrets(folder)
  assert.equal(status, 1)
  assert.match(stderr, /admin_token is empty\. Delete it/)
})

test('without a folder the job says how it is called and exits 2', () => {
  const { status, stderr } = spawnSync(process.execPath, [SCRIPT], { encoding: 'utf8' })
  assert.equal(status, 2)
  assert.match(stderr, /^Usage: /)
})

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'energyguard-secrets-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function makeSecrets(folder: string): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [SCRIPT, folder], { encoding: 'utf8' })
}

function readSecrets(folder: string): Record<string, string> {
  const names = readdirSync(folder).sort()
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
}
