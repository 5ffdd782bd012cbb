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
import { runningShard, runningStore } from '../support/running-store.ts'
import { always, scriptedServer } from '../support/scripted-server.ts'

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

test('a conditional document is changed by who has seen it, others are told its etag', async () => {
  const put = (text: string, ...more: string[]) =>
    runCommand(['put', 'cas:lamp', text, ...more, ...flags])
  const created = await put('{"on":true}', '--if-none-match')
  assert.deepEqual([created.code, created.stderr], [0, ''])
  const got = await runCommand(['get', 'cas:lamp', '--json', ...flags])
  const { value, etag } = JSON.parse(got.stdout)
  assert.deepEqual(value, { on: true })
  assert.equal(created.stdout, `done, on 2 replicas, etag ${etag}\n`)
  const changed = await put('{"on":false}', '--if-match', etag, '--json')
  assert.equal(changed.code, 0, changed.stderr)
  const { etag: present } = JSON.parse(changed.stdout)
  const refusal = 'The condition does not hold: the document is not the one that was named'
  const stderr = `${refusal}; its etag is ${present} now (HTTP 412)\n`
  for (const late of [
    await put('{}', '--if-match', etag),
    await put('{}', '--if-none-match'),
    await runCommand(['delete', 'cas:lamp', '--if-match', etag, ...flags]),
  ]) {
    assert.deepEqual([late.code, late.stdout, late.stderr], [1, '', stderr])
  }
  const deleted = await runCommand(['delete', 'cas:lamp', '--if-match', `"${present}"`, ...flags])
  assert.deepEqual([deleted.code, deleted.stdout], [0, 'done, on 2 replicas\n'])
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
  await eventually('it is said', () => /trying again/.test(tail.stderr()))
})

test('a coordinator that has no room for another stream is told apart from none', async (t) => {
  const full = await scriptedServer(t)
  full.answer = always(503, { detail: 'Too many streams are open' })
  const tail = (url: string) => runCommand(['alerts', 'tail', '--coordinator-url', url])
  const refused = await tail(full.url)
  assert.deepEqual([refused.code, refused.stderr], [1, 'Too many streams are open (HTTP 503)\n'])
  const nobody = await tail('http://127.0.0.1:1')
  assert.equal(nobody.code, 1)
  assert.match(nobody.stderr, /^No coordinator answers at http:\/\/127\.0\.0\.1:1\. /)
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

test('shards are previewed, added, replaced and removed, and a change is taken back', async () => {
  const ring = (...words: string[]) => runCommand(['ring', ...words, ...flags])
  const [spare, other] = [await runningShard(), await runningShard()]
  const settled = () =>
    eventually('all partitions have moved', async () => {
      const { code, stdout } = await ring('info', '--json')
      assert.equal(code, 0)
      return JSON.parse(stdout).rebalance === null
    })
  const preview = await ring('add', spare.url, '--preview')
  assert.deepEqual([preview.code, preview.stderr], [0, ''])
  assert.match(preview.stdout, /^384 of 512 partitions would move, about \d+ keys\n/)
  assert.ok(preview.stdout.includes(`  ${spare.url}  0 -> 384 partitions\n`))
  const nothing = await ring('cancel')
  assert.deepEqual([nothing.code, nothing.stdout], [0, 'Nessuna modifica in corso\n'])
  assert.equal((await ring('add', spare.url)).stdout, `Nodo ${spare.url} aggiunto\n`)
  await settled()
  const again = await ring('add', spare.url, '--preview')
  assert.equal(again.stdout, `Il nodo ${spare.url} è già registrato\n`)
  const replaced = await ring('replace', spare.url, other.url)
  assert.deepEqual([replaced.code, replaced.stdout], [0, `Nodo ${spare.url} sostituito\n`])
  await settled()
  assert.equal((await ring('remove', other.url)).code, 0)
  await settled()
  const same = await ring('replace', String(store.shards[0]?.url))
  assert.equal(same.code, 1)
  assert.match(same.stderr, /is the one that the ring knows there.*\(HTTP 409\)/)
  assert.equal((await ring('replace')).code, 2)
})

test('ring info says how each shard is', async () => {
  const [first, second] = store.shards
  await second?.member.kill()
  await eventually('it is known to be down', async () => {
    const { code, stdout } = await runCommand(['ring', 'info', ...flags])
    assert.equal(code, 0)
    assert.match(stdout, new RegExp(`^ {2}${first?.url} {2}up, \\d+ keys, 512 partitions$`, 'm'))
    return new RegExp(`^ {2}${second?.url} {2}down`, 'm').test(stdout)
  })
})
