/**
 * `energyguard up` as a new user meets it: one command, readings and alarms within seconds, a clean
 * end, and everything still known when it is started again.
 */
import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { openStatistics } from '../../src/adapters/sqlite-statistics.ts'
import { parseEvents, type ServerEvent } from '../../src/app/server-events.ts'
import { eventually } from '../support/eventually.ts'
import {
  type RoleOptions,
  runCommand,
  startProcess,
  startRole,
  temporaryFolder,
} from '../support/process.ts'
import { everythingIn } from '../support/statistics.ts'

const FREE_PORTS = ['--port', '0', '--login-ports', '0,0']
/** Readings several times a second, each floor with an anomaly in each. */
const BUSY = ['--interval-seconds', '0.25', '--anomaly-rate', '1']
const QUIET = ['--no-simulate']
/** It looks first whether the dashboard must be built. */
const NPM_MS_MAX = 180_000
/** A short past is made up for the simulated building: the whole one has its own test. */
const ENV = { HIST_DAYS: '2' }

function startUp(args: readonly string[], options: RoleOptions = {}) {
  return startRole(['up', ...FREE_PORTS, ...args], { ...options, env: { ...ENV, ...options.env } })
}

test('one command brings readings and alarms; started again it knows them', async () => {
  const dataDir = temporaryFolder('up')
  const first = await startUp(BUSY, { dataDir })
  const latest = await eventually('a reading of floor 1', () => latestOf(first.address, 1), 60_000)
  assert.equal(latest.piano, 1)
  const alarm = JSON.parse((await nextAnomaly(first.address)).data)
  assert.ok(alarm.floor >= 1 && alarm.message.length > 0)
  await eventually('an alarm in the list', async () =>
    (await notificationIds(first.address)).includes(alarm.id),
  )
  const end = await first.stop()
  assert.deepEqual(end, { code: 0, signal: null }, first.stderr())

  const second = await startUp(QUIET, { dataDir })
  const stored = await getJson(`${second.address}/key/energy:p1:${latest.timestamp}`)
  assert.deepEqual(stored.value, latest)
  assert.ok((await notificationIds(second.address)).includes(alarm.id))
  assert.equal((await second.stop()).code, 0, second.stderr())
})

test('the address, the data folder and what to look at are told on stdout', async () => {
  const started = await startUp(QUIET)
  const text = started.stdout()
  assert.ok(text.includes(started.address))
  assert.ok(text.includes(`${started.address}/docs`))
  assert.ok(text.includes(`${started.address}/anomalies/stream`))
  assert.ok(text.includes(started.dataDir))
  const logins = text.match(/^.*login.*$/im)?.[0].match(/http:\/\/127\.0\.0\.1:\d+/g) ?? []
  assert.equal(logins.length, 2)
  for (const url of logins) assert.equal((await getJson(`${url}/health`)).status, 'ok')
  assert.equal((await started.stop()).code, 0, started.stderr())
})

test('a past is made up for the simulated building, never for real meters', async () => {
  const real = await startUp(QUIET)
  assert.equal((await real.stop()).code, 0, real.stderr())
  assert.deepEqual(pastOf(real.dataDir), [])

  const simulated = await startUp(BUSY, { dataDir: real.dataDir })
  assert.equal((await simulated.stop()).code, 0, simulated.stderr())
  const past = pastOf(real.dataDir)
  assert.deepEqual([...new Set(past.map(({ floor }) => floor))], [1, 2, 3])
  const again = await startUp([...BUSY, '--days', '9'], { dataDir: real.dataDir })
  assert.equal((await again.stop()).code, 0, again.stderr())
  assert.deepEqual(pastOf(real.dataDir), past, 'what is known is not made up anew')
})

test('a second `up` on the same data folder is refused with a sentence', async () => {
  const first = await startUp(QUIET)
  const env = { ...ENV, DATA_DIR: first.dataDir }
  const second = await runCommand(['up', ...FREE_PORTS], { env })
  assert.equal(second.code, 1)
  assert.match(second.stderr, /The folder is in use.*--data-dir/)
  assert.equal((await first.stop()).code, 0)
})

test('a taken port is an error that names the port and the setting', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => taken.once('listening', resolve))
  const port = String((taken.address() as AddressInfo).port)
  const env = { ...ENV, DATA_DIR: temporaryFolder() }
  const coordinator = await runCommand(['up', '--port', port, '--login-ports', '0'], { env })
  assert.equal(coordinator.code, 1)
  assert.match(coordinator.stderr, new RegExp(`Port ${port} is taken.*--port`))
  const login = await runCommand(['up', '--port', '0', '--login-ports', port], { env })
  assert.equal(login.code, 1)
  assert.match(login.stderr, new RegExp(`Port ${port} is taken.*--login-ports`))
  taken.close()
})

test('`npm start` passes SIGTERM on and ends with 0', async () => {
  const dataDir = temporaryFolder('npm-start')
  const args = ['start', '--ignore-scripts', '--silent', '--', ...FREE_PORTS, ...QUIET]
  const npm = startProcess(args, { program: ['npm'], env: { ...ENV, DATA_DIR: dataDir } })
  await eventually('it is ready', () => npm.stdout().includes('energyguard up ready'), NPM_MS_MAX)
  assert.deepEqual(await npm.stop(), { code: 0, signal: null })
  const again = await startUp(QUIET, { dataDir })
  assert.equal((await again.stop()).code, 0)
})

function pastOf(dataDir: string) {
  const table = openStatistics({ path: join(dataDir, 'historical.db') })
  const past = everythingIn(table)
  table.close()
  return past
}

async function latestOf(address: string, floor: number) {
  const response = await fetch(`${address}/key/energy:p${floor}:latest`)
  if (response.status !== 200) return undefined
  const { value } = (await response.json()) as { value: { piano: number; timestamp: string } }
  return value
}

async function nextAnomaly(address: string): Promise<ServerEvent> {
  const controller = new AbortController()
  const response = await fetch(`${address}/anomalies/stream`, { signal: controller.signal })
  assert.ok(response.body)
  try {
    for await (const event of parseEvents(response.body)) {
      if (event.name === 'anomaly') return event
    }
  } finally {
    controller.abort()
  }
  throw new Error('the stream ended without an anomaly')
}

async function notificationIds(address: string): Promise<readonly string[]> {
  const { items } = await getJson(`${address}/notifications?limit=1000`)
  return items.map((item) => item.id)
}

/** Whatever a route answers; the assertions say what is expected of it. */
interface Answer {
  readonly value: unknown
  readonly status: string
  readonly items: readonly { readonly id: string }[]
}

async function getJson(url: string): Promise<Answer> {
  const response = await fetch(url)
  assert.equal(response.status, 200, url)
  return (await response.json()) as Answer
}
