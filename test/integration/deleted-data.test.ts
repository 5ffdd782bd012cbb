/**
 * What becomes of `up` when somebody deletes data folders of its shards: of one, the system goes on
 * with the other two and says what to do; of two, nobody is told that a key is not there; of all,
 * it begins with an empty store.
 */
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { eventually } from '../support/eventually.ts'
import { type RoleProcess, startRole, temporaryFolder } from '../support/process.ts'
import { scanAll } from '../support/store-scan.ts'
import { wireClient } from '../support/wire-client.ts'

const FLAGS = ['--port', '0', '--login-ports', '0', '--interval-seconds', '0.25']
/** A short history: none of it is looked at here. */
const ENV = { HIST_DAYS: '2' }
const ARRIVAL_MS_MAX = 60_000

test('without one data folder it goes on and says so, without all it begins anew', async () => {
  const dataDir = temporaryFolder('up')
  const startUp = (...more: readonly string[]) =>
    startRole(['up', ...FLAGS, ...more], { dataDir, env: ENV })
  const remove = (...shards: readonly string[]) => {
    for (const shard of shards) rmSync(join(dataDir, shard), { recursive: true })
  }

  const whole = await startUp()
  await newReadingArrives(whole, undefined)
  const [before] = await scanAll(whole.address, 'energy:p1:2')
  assert.ok(before)
  assert.deepEqual(await problemsOf(whole), [])
  assert.equal((await whole.stop()).code, 0, whole.stderr())

  remove('kv2')
  const twoOfThree = await startUp()
  const latest = await latestOf(twoOfThree)
  await newReadingArrives(twoOfThree, latest)
  assert.deepEqual(await documentOf(twoOfThree, before.key), [200, before.value])
  const [problem, ...others] = await problemsOf(twoOfThree)
  assert.deepEqual(others, [])
  assert.match(
    String(problem),
    /local:kv2 has lost its data folder.*Stop it and restore.*never an older copy.*or let it/s,
  )
  assert.equal((await twoOfThree.stop()).code, 0, twoOfThree.stderr())
  assert.ok(twoOfThree.stderr().includes(String(problem)), 'the log says it too')

  remove('kv1')
  const oneOfThree = await startUp()
  const hasSaidBoth = async () => (await problemsOf(oneOfThree)).length === 2
  await eventually('it says so of both', hasSaidBoth)
  assert.equal((await documentOf(oneOfThree, before.key))[0], 503, 'never 404')
  assert.equal((await oneOfThree.stop()).code, 0, oneOfThree.stderr())

  remove('kv1', 'kv2', 'kv3')
  const anew = await startUp()
  await newReadingArrives(anew, undefined)
  assert.equal((await documentOf(anew, before.key))[0], 404)
  assert.deepEqual(await problemsOf(anew), [])
  assert.equal((await anew.stop()).code, 0, anew.stderr())
})

async function documentOf({ address }: RoleProcess, key: string): Promise<[number, unknown]> {
  const { status, body } = await wireClient(address).get(`/key/${encodeURIComponent(key)}`)
  return [status, body.value]
}

/** The timestamp in `latest` of floor 1; undefined when there is none. */
async function latestOf(up: RoleProcess): Promise<unknown> {
  const [status, value] = await documentOf(up, 'energy:p1:latest')
  return status === 200 ? (value as { timestamp: unknown }).timestamp : undefined
}

async function newReadingArrives(up: RoleProcess, known: unknown): Promise<void> {
  const isNew = async () => ![undefined, known].includes(await latestOf(up))
  await eventually('a new reading is the latest', isNew, ARRIVAL_MS_MAX)
}

/** Everything that `/sharding/info` says a person should know. */
async function problemsOf({ address }: RoleProcess): Promise<readonly unknown[]> {
  const { body } = await wireClient(address).get('/sharding/info')
  return body.problems as readonly unknown[]
}
