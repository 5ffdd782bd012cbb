/**
 * The commands that talk to a running coordinator, as a person at a terminal uses them.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { eventually } from '../support/eventually.ts'
import { ROOT_DIR, runCommand, startProcess } from '../support/process.ts'
import { runningStore } from '../support/running-store.ts'

const store = await runningStore()
const flags = ['--coordinator-url', store.url]
const alarm = (n: number) =>
  store.post('/internal/broadcast', {
    piano: n,
    timestamp: 1_750_000_000,
    eventi: [{ tipo: 'kw' }],
  })

test('a document goes in as it is and comes out again', async () => {
  const key = 'a b/%:+?#è'
  const put = await runCommand(['put', key, '{"x": [1]}', ...flags])
  assert.deepEqual([put.code, put.stderr], [0, ''])
  const got = await runCommand(['get', key, '--json', ...flags])
  assert.deepEqual([got.code, got.stdout], [0, '{"x":[1]}\n'])
  assert.equal((await runCommand(['delete', key, ...flags])).code, 0)
  const gone = await runCommand(['get', key, ...flags])
  assert.deepEqual([gone.code, gone.stdout], [1, ''])
  assert.equal(gone.stderr, 'Chiave non trovata su nessuna replica (HTTP 404)\n')
})

test('what the coordinator refuses is told field by field, not as JSON', async () => {
  const { code, stderr } = await runCommand(['put', 'a', '[1]', ...flags])
  assert.deepEqual([code, stderr], [1, 'body.value: must be an object (HTTP 422)\n'])
})

test('an alarm is printed once, also over a restart of the coordinator', async (t) => {
  const tail = startProcess(['alerts', 'tail', '--json', ...flags])
  t.after(() => tail.kill('SIGKILL'))
  const heard = () =>
    [...tail.stdout().matchAll(/"floor":(\d+)/g)].map(([, floor]) => Number(floor))
  let sent = 0
  await eventually('it listens', async () => {
    sent += 1
    await alarm(sent)
    return heard().length > 0
  })
  await alarm(sent + 1)
  await store.coordinator.killAndRestart()
  await eventually('the log is read', async () => (await alarm(sent + 2)).status === 200)
  await eventually('the last has come', () => heard().includes(sent + 2))
  const [first = 0] = heard()
  const all = Array.from({ length: sent + 3 - first }, (_, n) => first + n)
  assert.deepEqual(heard(), all)
  assert.match(tail.stderr(), /trying again/)
})

test('when nobody reads the alarms any more, their printing ends in peace', async (t) => {
  const program = join(ROOT_DIR, 'bin/energyguard.ts')
  const child = spawn(process.execPath, [program, 'alerts', 'tail', ...flags])
  t.after(() => child.kill('SIGKILL'))
  let said = ''
  child.stderr.on('data', (text) => (said += text))
  child.stdout.once('data', () => child.stdout.destroy())
  let floor = 100
  const ended = once(child, 'exit')
  await eventually('it has ended', async () => {
    floor += 1
    await alarm(floor)
    return child.exitCode !== null
  })
  assert.deepEqual([await ended, said], [[0, null], ''])
})

test('ring info says how each shard is', async () => {
  const [first, second] = store.shards
  await second?.member.kill()
  await eventually('it is known to be down', async () => {
    const { code, stdout } = await runCommand(['ring', 'info', ...flags])
    assert.equal(code, 0)
    assert.match(stdout, new RegExp(`^ {2}${first?.url} {2}up, \\d+ keys$`, 'm'))
    return new RegExp(`^ {2}${second?.url} {2}down`, 'm').test(stdout)
  })
})
