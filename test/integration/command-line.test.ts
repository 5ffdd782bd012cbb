/**
 * The command line as a user types it: help, mistakes, exit codes, the launcher on an old Node.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { COMMANDS } from '../../src/app/commands.ts'
import { settingNamesOf, settingOf } from '../../src/app/settings.ts'
import { stablePort } from '../support/ports.ts'
import { ROOT_DIR, runCommand, startProcess, temporaryFolder } from '../support/process.ts'

const LAUNCHER = join(ROOT_DIR, 'bin/launcher.mjs')

test('every command explains itself, with its flags, their defaults and variables', async () => {
  for (const command of COMMANDS) {
    const { code, stdout } = await runCommand([...command.path.split(' '), '--help'])
    assert.equal(code, 0, command.path)
    assert.ok(stdout.includes(command.summary.slice(0, 40)), command.path)
    const flags = settingNamesOf(command.role).flatMap((name) => settingOf(name).flag ?? [])
    for (const flag of flags) assert.ok(stdout.includes(flag), `${command.path} ${flag}`)
  }
})

test('help shows the default with its unit, and the environment names', async () => {
  const { stdout } = await runCommand(['simulate', '--help'])
  const flat = stdout.replaceAll(/\s+/g, ' ')
  assert.match(flat, /--interval-seconds <s> .*\(default: 30 s\) \[SIM_INTERVAL_SECONDS\]/)
})

test('wrong usage ends with 2 and says on stderr what was meant', async () => {
  const cases: [string[], RegExp][] = [
    [['ingest', '--topc', 'x'], /Did you mean --topic\?/],
    [['ingst'], /Did you mean ingest\?/],
    [['get'], /missing required argument 'key'/],
    [['get', 'a', 'b'], /too many arguments/],
    [['ring'], /Usage: energyguard ring/],
    [['config', 'print', 'nobody'], /Allowed choices are up, coordinator/],
    [['shard', '--port', '99999'], /shardPort: "99999" \(from --port\)/],
    [['put', 'note:a', '{bad'], /The document is not JSON/],
    [['replay', 'nowhere.csv'], /The recording cannot be read: .*nowhere.csv/],
    [
      ['replay', 'README.md', '--mapping', 'README.md'],
      /The mapping README.md is wrong: .*not YAML/,
    ],
    [[], /Usage: energyguard/],
  ]
  for (const [args, says] of cases) {
    const { code, stdout, stderr } = await runCommand(args)
    assert.deepEqual([code, stdout], [2, ''], args.join(' '))
    assert.match(stderr, says)
  }
})

test('a wrong name in energyguard.yaml ends with 2 and the right one', async () => {
  const cwd = temporaryFolder()
  writeFileSync(join(cwd, 'energyguard.yaml'), 'kafkaBotstrap: broker:9092\n')
  const { code, stderr } = await runCommand(['config', 'print'], { cwd })
  assert.equal(code, 2)
  assert.match(stderr, /energyguard.yaml: there is no setting kafkaBotstrap. Did you mean kafkaB/)
})

test('config print tells each value and where it came from, secrets masked', async () => {
  const cwd = temporaryFolder()
  writeFileSync(join(cwd, 'energyguard.yaml'), 'replicationFactor: 2\n')
  const env = { PORT: '8055', ADMIN_TOKEN: 'hunter2' }
  const json = await runCommand(['config', 'print', 'coordinator', '--json'], { cwd, env })
  const rows: { name: string; value: unknown; source: string }[] = JSON.parse(json.stdout)
  const row = (name: string) => rows.find((one) => one.name === name)
  assert.deepEqual(row('coordinatorPort'), { name: 'coordinatorPort', value: 8055, source: 'PORT' })
  assert.equal(row('replicationFactor')?.source, 'energyguard.yaml')
  assert.equal(row('host')?.source, 'default')
  assert.doesNotMatch(json.stdout, /hunter2/)
  const text = await runCommand(['config', 'print', 'coordinator'], { cwd, env })
  assert.match(text.stdout, /^coordinatorPort +8055 +PORT$/m)
  assert.match(text.stdout, /^notifySuppressSeconds +20 s +default$/m)
})

test('a coordinator that does not answer is a failure with a sentence', async () => {
  const url = `http://127.0.0.1:${await stablePort()}`
  const { code, stdout, stderr } = await runCommand(['get', 'a', '--coordinator-url', url])
  assert.deepEqual([code, stdout], [1, ''])
  assert.match(stderr, /No coordinator answers at .*--coordinator-url/)
})

test('listening beyond loopback with default secrets is refused before all else', async () => {
  const names = { up: 'ADMIN_TOKEN', coordinator: 'ADMIN_TOKEN', login: 'ADMIN_TOKEN' }
  for (const [role, name] of Object.entries({ ...names, shard: 'CLUSTER_SECRET' })) {
    const dataDir = join(temporaryFolder(), 'data')
    const { code, stderr } = await runCommand([role, '--host', '0.0.0.0', '--port', '0'], {
      env: { DATA_DIR: dataDir },
    })
    assert.equal(code, 2, role)
    const says = new RegExp(`Host 0\\.0\\.0\\.0 can be reached .* Set ${name} .*on 127\\.0\\.0\\.1`)
    assert.match(stderr, says)
    assert.ok(!existsSync(dataDir))
  }
})

const OLD_NODE = oldNode()

test('the launcher hands over from an old Node and keeps the exit code', {
  skip: OLD_NODE ? false : 'this machine has no Node older than 26',
}, async () => {
  const program = [OLD_NODE ?? '', LAUNCHER]
  const good = await runCommand(['config', 'print', 'login', '--json'], { program })
  assert.equal(good.code, 0, good.stderr)
  assert.ok(Array.isArray(JSON.parse(good.stdout)))
  assert.equal((await runCommand(['nonsense'], { program })).code, 2)
})

test('the launcher passes signals on and ends as the program ended', {
  skip: OLD_NODE ? false : 'this machine has no Node older than 26',
}, async () => {
  const root = temporaryFolder('launcher')
  mkdirSync(join(root, 'bin'))
  mkdirSync(join(root, 'node_modules/commander'), { recursive: true })
  mkdirSync(join(root, 'node_modules/node/bin'), { recursive: true })
  cpSync(LAUNCHER, join(root, 'bin/launcher.mjs'))
  cpSync(process.execPath, join(root, 'node_modules/node/bin/node'))
  writeFileSync(
    join(root, 'bin/energyguard.ts'),
    "setInterval(() => {}, 1e6); process.on('SIGTERM', () => process.exit(7)); console.log('up')",
  )
  const started = startProcess([], { program: [OLD_NODE ?? '', join(root, 'bin/launcher.mjs')] })
  while (!started.stdout().includes('up')) await new Promise((r) => setTimeout(r, 20))
  assert.equal((await started.stop()).code, 7)
})

test('without installed dependencies the launcher says what to run', async () => {
  const root = temporaryFolder('launcher')
  mkdirSync(join(root, 'bin'))
  cpSync(LAUNCHER, join(root, 'bin/launcher.mjs'))
  const program = [OLD_NODE ?? process.execPath, join(root, 'bin/launcher.mjs')]
  const { code, stderr } = await runCommand(['up'], { program })
  assert.equal(code, 1)
  assert.match(stderr, /npm install/)
})

/** A Node of this machine that is too old for the sources, if there is one. */
function oldNode(): string | undefined {
  const places = [
    '/usr/bin/node',
    '/usr/local/bin/node',
    ...(process.env.OLD_NODE ?? '').split(':'),
  ]
  return places.find((place) => {
    const { stdout } = spawnSync(place, ['--version'], { encoding: 'utf8' })
    const major = Number(/^v(\d+)\./.exec(stdout ?? '')?.[1])
    return major >= 20 && major < 26
  })
}
