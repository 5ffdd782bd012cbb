/**
 * The cluster secret of roles that are started by hand on one machine: nobody gives one, the first
 * process makes it, and all of them have the same.
 */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { eventually } from '../support/eventually.ts'
import { stablePorts } from '../support/ports.ts'
import { type RoleProcess, runCommand, startRole, temporaryFolder } from '../support/process.ts'
import { signedHeaders } from '../support/signed-body.ts'

/** An empty variable counts as absent. */
const NO_SECRET = { CLUSTER_SECRET: '' }
const secretPath = (dataDir: string) => join(dataDir, 'cluster-secret')

const startShard = (dataDir: string, name: string, ...flags: readonly string[]) => {
  const path = join(dataDir, name, 'kv.db')
  const args = ['shard', '--port', '0', '--sqlite-path', path, ...flags]
  return startRole(args, { dataDir, env: NO_SECRET })
}

async function helloStatus({ address }: RoleProcess, secret: string): Promise<number> {
  const body = '{"kind":"hello"}'
  const headers = signedHeaders(body, secret)
  return (await fetch(`${address}/internal/ops`, { method: 'POST', headers, body })).status
}

test('roles that start together in one folder make one secret, for its owner alone', async () => {
  const dataDir = join(temporaryFolder(), 'not', 'there')
  const ports = await stablePorts(4)
  const [face = 0, ...shardPorts] = ports
  const nodes = shardPorts.map((port) => `http://127.0.0.1:${port}`)
  const coordinator = ['coordinator', '--port', `${face}`, '--bootstrap-nodes', nodes.join(',')]
  const [{ address }, ...shards] = await Promise.all([
    startRole(coordinator, { dataDir, env: NO_SECRET }),
    ...shardPorts.map((port, n) => startShard(dataDir, `kv${n + 1}`, '--port', `${port}`)),
  ])
  const headers = { 'content-type': 'application/json' }
  await eventually('a key is written', async () => {
    const body = '{"value":{"a":1}}'
    const { status } = await fetch(`${address}/key/a`, { method: 'PUT', headers, body })
    return status === 200
  })
  const info = (await (await fetch(`${address}/sharding/info`)).json()) as { total_nodes: number }
  assert.equal(info.total_nodes, 3)
  assert.equal(statSync(secretPath(dataDir)).mode & 0o777, 0o600)
  const secret = readFileSync(secretPath(dataDir), 'utf8')
  assert.match(secret, /^[\w-]{43}$/)
  for (const shard of shards) assert.equal(await helloStatus(shard, secret), 200)
  const drafts = readdirSync(dataDir).filter((name) => name.startsWith('cluster-secret.'))
  assert.deepEqual(drafts, [])
})

test('the secret is kept, and another folder has another', async () => {
  const [dataDir, elsewhere] = [temporaryFolder(), temporaryFolder()]
  const first = await startShard(dataDir, 'kv')
  const secret = readFileSync(secretPath(dataDir), 'utf8')
  await first.stop()
  const second = await startShard(dataDir, 'kv')
  assert.equal(readFileSync(secretPath(dataDir), 'utf8'), secret)
  assert.equal(await helloStatus(second, secret), 200)
  const stranger = await startShard(elsewhere, 'kv')
  assert.notEqual(readFileSync(secretPath(elsewhere), 'utf8'), secret)
  assert.equal(await helloStatus(stranger, secret), 401)
})

test('no secret is made where one is given, by whichever door', async () => {
  const dataDir = temporaryFolder()
  const file = join(temporaryFolder(), 'secret')
  writeFileSync(file, 'from a file\n')
  const doors = [
    { env: { CLUSTER_SECRET: 'by name' }, flags: [], secret: 'by name' },
    { env: { CLUSTER_SECRET: '', CLUSTER_SECRET_FILE: file }, flags: [], secret: 'from a file' },
    { env: NO_SECRET, flags: ['--cluster-secret', 'by flag'], secret: 'by flag' },
  ]
  for (const { env, flags, secret } of doors) {
    const shard = await startRole(['shard', '--port', '0', ...flags], { dataDir, env })
    assert.equal(await helloStatus(shard, secret), 200, secret)
    assert.doesNotMatch(shard.stdout() + shard.stderr(), new RegExp(secret))
    assert.equal((await shard.stop()).code, 0)
  }
  assert.ok(!existsSync(secretPath(dataDir)))
})

test('`up` reaches its shards within the process and keeps no secret', async () => {
  const flags = ['--port', '0', '--login-ports', '0', '--no-simulate']
  const up = await startRole(['up', ...flags], { env: NO_SECRET })
  assert.ok(!existsSync(secretPath(up.dataDir)))
  assert.equal((await up.stop()).code, 0)
})

test('a secret that cannot be read or is empty ends the start with what to do', async () => {
  const start = (dataDir: string) => {
    const args = ['shard', '--port', '0', '--sqlite-path', join(temporaryFolder(), 'kv.db')]
    return runCommand(args, { env: { DATA_DIR: dataDir } })
  }
  const empty = temporaryFolder()
  writeFileSync(secretPath(empty), '\n')
  const one = await start(empty)
  assert.equal(one.code, 1)
  assert.match(one.stderr, /cluster-secret is empty\. Delete it, then start every role/)

  const folder = temporaryFolder()
  mkdirSync(secretPath(folder))
  const other = await start(folder)
  assert.equal(other.code, 1)
  assert.match(other.stderr, /cannot be kept in .*cluster-secret \(EISDIR.*CLUSTER_SECRET_FILE/)
})
