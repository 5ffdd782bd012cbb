/**
 * The wire contract: the ring, from a coordinator without a shard to one that holds keys.
 */
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { eventually } from '../support/eventually.ts'
import { stablePort } from '../support/ports.ts'
import { runningCoordinator, runningShard, runningStore } from '../support/running-store.ts'
import type { WireAnswer, WireClient } from '../support/wire-client.ts'

const seen = ({ status, body }: WireAnswer) => [status, body]

async function infoOf(client: WireClient) {
  const { status, body } = await client.get('/sharding/info')
  assert.equal(status, 200)
  return body
}

test('without a shard the ring is empty, its numbers are those that were asked for', async () => {
  const coordinator = await runningCoordinator({ REPLICATION_FACTOR: '2', VIRTUAL_NODES: '10' })
  assert.deepEqual(seen(await coordinator.get('/health')), [200, { status: 'ok' }])
  assert.deepEqual(await infoOf(coordinator), {
    total_nodes: 0,
    replication_factor: 2,
    virtual_nodes_per_node: 10,
    total_virtual_nodes: 10,
    nodes: [],
    reachable: false,
    partitions: 32,
    version: 0,
    cluster: null,
    shards: [],
    rebalance: null,
    problems: [],
  })
  const ready = await coordinator.get('/readyz')
  assert.deepEqual(seen(ready), [503, { detail: 'No shard is registered yet.' }])
})

test('shards come and go, in the words of the contract', async () => {
  const coordinator = await runningCoordinator()
  const shards = [await runningShard(), await runningShard(), await runningShard({ ZONE: 'north' })]
  const [one, two, three] = shards.map(({ url }) => url)
  const add = (node: unknown) => coordinator.post('/sharding/add-node', { node })
  const remove = (node: unknown) => coordinator.post('/sharding/remove-node', { node })
  const changed = (status: string, message: string, ...nodes: unknown[]) => [
    200,
    { status, message, nodes },
  ]
  assert.deepEqual(seen(await add(one)), changed('success', `Nodo ${one} aggiunto`, one))
  assert.deepEqual(seen(await add(two)), changed('success', `Nodo ${two} aggiunto`, one, two))
  const again = `Il nodo ${two} è già registrato`
  assert.deepEqual(seen(await add(two)), changed('warning', again, one, two))
  const unknown = `Nodo ${three} non presente`
  assert.deepEqual(seen(await remove(three)), changed('warning', unknown, one, two))
  assert.deepEqual(seen(await remove(one)), changed('success', `Nodo ${one} rimosso`, two))
  await add(one)
  await add(three)

  const info = await infoOf(coordinator)
  assert.equal(info.total_nodes, 3)
  assert.equal(info.replication_factor, 3)
  assert.equal(info.virtual_nodes_per_node, 150)
  assert.equal(info.total_virtual_nodes, 450)
  assert.deepEqual([...(info.nodes as string[])].sort(), [one, two, three].sort())
  assert.equal(info.partitions, 512)
  assert.deepEqual(info.problems, [])
  for (const shard of info.shards as Record<string, unknown>[]) {
    assert.ok(shards.some(({ url }) => url === shard.node))
    assert.deepEqual([shard.writable, shard.problem], [true, null])
    assert.equal(shard.zone, shard.node === three ? 'north' : null)
  }
  await settled(coordinator)
  for (const shard of (await infoOf(coordinator)).shards as Record<string, unknown>[]) {
    assert.deepEqual([shard.partitions, shard.hints, shard.leaving], [512, 0, false])
  }
})

test('the factor is changed, and never exceeds the shards', async () => {
  const coordinator = await runningCoordinator()
  const reconfigure = (factor: unknown) =>
    coordinator.post('/sharding/reconfigure', { replication_factor: factor })
  const done = (factor: number) => [200, { status: 'ok', replication_factor: factor }]
  assert.deepEqual(seen(await reconfigure(2)), done(2))
  assert.equal((await infoOf(coordinator)).replication_factor, 2)
  const shard = await runningShard()
  await coordinator.post('/sharding/add-node', { node: shard.url })
  assert.deepEqual(seen(await reconfigure(5)), done(5))
  assert.equal((await infoOf(coordinator)).replication_factor, 1)
})

test('the ratio decides where no factor was given', async () => {
  const coordinator = await runningCoordinator({ REPLICATION_RATIO: '0.5' })
  for (const shard of [await runningShard(), await runningShard(), await runningShard()]) {
    await coordinator.post('/sharding/add-node', { node: shard.url })
  }
  assert.equal((await infoOf(coordinator)).replication_factor, 2)
  const both = await runningCoordinator({ REPLICATION_RATIO: '0.1', REPLICATION_FACTOR: '2' })
  assert.equal((await infoOf(both)).replication_factor, 2)
})

test('a shard that cannot be reached is 502 with a sentence', async () => {
  const coordinator = await runningCoordinator()
  const port = await stablePort()
  const answer = await coordinator.post('/sharding/add-node', { node: `http://127.0.0.1:${port}` })
  assert.equal(answer.status, 502)
  assert.match(String(answer.body.detail), /No shard answers at http/)
  assert.equal((await infoOf(coordinator)).total_nodes, 0)
})

test('shards named at start are tried again until they answer', async () => {
  const port = await stablePort()
  const node = `http://127.0.0.1:${port}`
  const env = { BOOTSTRAP_NODES: node, REQUEST_TIMEOUT_SECS: '2' }
  const coordinator = await runningCoordinator(env)
  assert.equal((await infoOf(coordinator)).total_nodes, 0)
  await runningShard({}, port)
  await eventually('it is registered', async () => {
    const { nodes } = await infoOf(coordinator)
    return (nodes as string[])[0] === node
  })
})

test('shards that were registered over the API are known again after a kill', async () => {
  const coordinator = await runningCoordinator()
  const [one, two] = [await runningShard(), await runningShard()]
  for (const { url } of [one, two]) await coordinator.post('/sharding/add-node', { node: url })
  await coordinator.put('/key/kept', { value: { a: 1 } })
  await coordinator.restart()
  assert.deepEqual(seen(await coordinator.get('/key/kept')), [200, { value: { a: 1 } }])
  assert.deepEqual((await infoOf(coordinator)).nodes, [one.url, two.url])
})

test('a torn list of shards is said, kept, and mended by naming one of them', async () => {
  const coordinator = await runningCoordinator()
  const [one, two] = [await runningShard(), await runningShard()]
  for (const { url } of [one, two]) await coordinator.post('/sharding/add-node', { node: url })
  await coordinator.put('/key/kept', { value: { a: 1 } })
  const list = join(coordinator.process().dataDir, 'shards.json')
  const torn = (await readFile(list, 'utf8')).slice(0, -5)
  await writeFile(list, torn)
  await coordinator.restart()
  assert.equal((await coordinator.get('/key/kept')).status, 503, 'nobody says that it is absent')
  await eventually('it is said', () =>
    /shards\.json\.unreadable-1.*ring add URL/.test(coordinator.process().stderr()),
  )
  assert.equal(await readFile(`${list}.unreadable-1`, 'utf8'), torn)
  await coordinator.post('/sharding/add-node', { node: two.url })
  assert.deepEqual(seen(await coordinator.get('/key/kept')), [200, { value: { a: 1 } }])
  await coordinator.restart()
  assert.deepEqual(seen(await coordinator.get('/key/kept')), [200, { value: { a: 1 } }])
})

test('a bad body is 422 with each wrong field named', async () => {
  const coordinator = await runningCoordinator()
  const wrong: readonly (readonly [string, unknown, string])[] = [
    ['add-node', {}, 'body.node'],
    ['add-node', { node: 5 }, 'body.node'],
    ['add-node', { node: '' }, 'body.node'],
    ['add-node', { node: 'kv1' }, 'body.node'],
    ['remove-node', {}, 'body.node'],
    ['remove-node', [], 'body'],
    ['replace-node', {}, 'body.node'],
    ['replace-node', { node: 'http://127.0.0.1:9', with: 'kv1' }, 'body.with'],
    ['add-node', { node: 'http://127.0.0.1:9', preview: 'yes' }, 'body.preview'],
    ['reconfigure', {}, 'body.replication_factor'],
    ['reconfigure', { replication_factor: 0 }, 'body.replication_factor'],
    ['reconfigure', { replication_factor: '2' }, 'body.replication_factor'],
    ['reconfigure', { replication_factor: 1.5 }, 'body.replication_factor'],
  ]
  for (const [route, json, field] of wrong) {
    const { status, body } = await coordinator.post(`/sharding/${route}`, json)
    assert.equal(status, 422, `${route} ${JSON.stringify(json)}`)
    const detail = body.detail as { loc: string[] }[]
    assert.deepEqual(
      detail.map(({ loc }) => loc.join('.')),
      [field],
    )
  }
})

test('while the store holds keys shards come, go and take places, and no key is lost', async () => {
  const store = await runningStore()
  const keys = Array.from({ length: 50 }, (_, i) => `/key/k${i}`)
  for (const [i, key] of keys.entries()) await store.put(key, { value: { i } })
  const allThere = async () => {
    for (const [i, key] of keys.entries()) {
      assert.deepEqual(seen(await store.get(key)), [200, { value: { i } }])
    }
  }
  const { nodes } = await infoOf(store)
  const [first, second] = nodes as string[]
  const [fourth, fifth] = [await runningShard(), await runningShard()]
  await eventually('the shards have counted', async () => {
    const { shards } = await infoOf(store)
    return (shards as { keys: number }[]).every(({ keys }) => keys === 50)
  })
  const preview = await store.post('/sharding/add-node', { node: fourth.url, preview: true })
  assert.equal(preview.status, 200)
  assert.deepEqual([preview.body.partitions_to_move, preview.body.of], [384, 512])
  assert.equal(preview.body.keys_estimate, 38)
  assert.deepEqual((preview.body.per_shard as unknown[])[3], {
    node: fourth.url,
    before: 0,
    after: 384,
  })
  const steps = [
    () => store.post('/sharding/add-node', { node: fourth.url }),
    () => store.post('/sharding/remove-node', { node: first }),
    () => store.post('/sharding/replace-node', { node: second, with: fifth.url }),
    () => store.post('/sharding/reconfigure', { replication_factor: 2 }),
  ]
  for (const step of steps) {
    const { status, body } = await step()
    assert.equal(status, 200, String(body.detail))
    assert.ok(body.status === 'success' || body.status === 'ok')
    await allThere()
    await settled(store)
    await allThere()
  }
  const after = await infoOf(store)
  assert.equal(after.replication_factor, 2)
  assert.deepEqual(
    [...(after.nodes as string[])].sort(),
    [(nodes as string[])[2], fourth.url, fifth.url].sort(),
  )
})

test('a change that cannot go on is shown, is waited for, and can be taken back', async () => {
  // So much, and then so slow, that the new shard is surely killed before all has come to it.
  const store = await runningStore({ env: { REPAIR_BYTES_PER_SECOND: String(64 * 1024) } })
  await store.put('/key/a', { value: {} })
  const value = { padding: 'x'.repeat(100_000) }
  for (let n = 0; n < 80; n += 1) await store.put(`/key/large-${n}`, { value })
  const fourth = await runningShard()
  const late = await runningShard()
  const { nodes } = await infoOf(store)
  const node = fourth.url
  const cancel = () => store.post('/sharding/cancel', {})
  const nothing = { status: 'warning', message: 'Nessuna modifica in corso', nodes }
  assert.deepEqual(seen(await cancel()), [200, nothing])
  await store.post('/sharding/add-node', { node })
  fourth.process.kill('SIGKILL')
  const shown = async () => (await infoOf(store)).rebalance as Record<string, unknown>
  await eventually('it is said why it waits', async () => (await shown()).state === 'waiting')
  const { kind, waiting_for, rows_moved, bytes_moved, ...counts } = await shown()
  assert.equal(kind, 'add')
  assert.match(String(waiting_for), /^[A-Z].*\.$/)
  assert.ok(Number(rows_moved) <= Number(bytes_moved))
  const { partitions_left, partitions_moved, partitions_total } = counts
  assert.ok(Number(partitions_left) > 0)
  assert.equal(Number(partitions_left) + Number(partitions_moved), partitions_total)
  const refused = await store.post('/sharding/add-node', { node: late.url })
  assert.equal(refused.status, 409)
  assert.match(String(refused.body.detail), /under way \(add .*of 384 partitions.*ring cancel/)
  const taken = { status: 'success', message: 'Modifica annullata', nodes }
  assert.deepEqual(seen(await cancel()), [200, taken])
  assert.deepEqual(seen(await store.get('/key/a')), [200, { value: {} }])
})

async function settled(client: WireClient): Promise<void> {
  await eventually('all partitions have moved', async () => {
    return (await infoOf(client)).rebalance === null
  })
}
