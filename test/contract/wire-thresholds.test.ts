/**
 * The wire contract: the thresholds, who may read and who may change them.
 */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { must } from '../../src/model/must.ts'
import { eventually } from '../support/eventually.ts'
import { startRole, temporaryFolder } from '../support/process.ts'
import { runningCoordinator, runningStore } from '../support/running-store.ts'
import { type WireAnswer, wireClient } from '../support/wire-client.ts'

const folder = temporaryFolder('thresholds')
const path = join(folder, 'thresholds.json')
const store = await runningStore({ env: { ADMIN_TOKEN: 'the-token', THRESHOLDS_PATH: path } })
const headers = { authorization: 'Bearer the-token' }

const DEFAULTS = { delta_kwh_max: 0.08, kw_max: 11, corrente_max: 15, tensione_max: 232 }
const seen = ({ status, body }: WireAnswer) => [status, body]
const put = (json: unknown) => store.put('/admin/thresholds', json, { headers })

test('thresholds that nobody has set are the defaults, for every floor', async () => {
  const answer = await store.get('/admin/thresholds')
  assert.deepEqual(seen(answer), [200, { default: DEFAULTS, per_floor: {} }])
  assert.equal(answer.headers['x-energyguard-last-known'], undefined)
})

test('who knows the token changes them; a field left out of a set takes its default', async () => {
  const answer = await put({ default: { kw_max: 60 }, per_floor: { '2': { tensione_max: 255 } } })
  const thresholds = {
    default: { ...DEFAULTS, kw_max: 60 },
    per_floor: { '2': { ...DEFAULTS, tensione_max: 255 } },
  }
  assert.deepEqual(seen(answer), [200, { status: 'ok', thresholds }])
  assert.deepEqual(seen(await store.get('/admin/thresholds')), [200, thresholds])
  await eventually('the file has them too', () => {
    assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), thresholds)
    return true
  })
  const empty = await put({})
  assert.deepEqual(empty.body, { status: 'ok', thresholds: { default: DEFAULTS, per_floor: {} } })
})

test('without a token it is 401, with a wrong one 403, whatever the body is', async () => {
  const json = { default: { kw_max: 1 } }
  const ask = (given: Record<string, string>, body: unknown = json) =>
    store.put('/admin/thresholds', body, { headers: given })
  for (const authorization of ['', 'Bearer', 'Bearer ', 'Basic YTpi', 'the-token']) {
    assert.equal((await ask({ authorization })).status, 401, authorization)
  }
  const missing = await ask({})
  assert.equal(missing.status, 401)
  assert.equal(missing.headers['www-authenticate'], 'Bearer')
  assert.equal(typeof missing.body.detail, 'string')
  for (const authorization of ['Bearer wrong', 'Bearer the-tokenx', 'bearer eg-admin-token']) {
    const wrong = await ask({ authorization })
    assert.equal(wrong.status, 403, authorization)
    assert.equal(typeof wrong.body.detail, 'string')
  }
  assert.equal((await ask({}, [])).status, 401)
  assert.equal((await store.get('/admin/thresholds')).text.includes('"kw_max":1,'), false)
})

test('a bad body is 422 with each wrong field named, and changes nothing', async () => {
  await put({ default: { kw_max: 33 } })
  const wrong: readonly (readonly [unknown, readonly string[]])[] = [
    [[], ['body']],
    [{ default: { kw_max: -1 } }, ['body.default.kw_max']],
    [
      { default: { kw_max: '11', corrente_max: null } },
      ['body.default.kw_max', 'body.default.corrente_max'],
    ],
    [{ per_floor: { terra: {} } }, ['body.per_floor.terra']],
    [{ per_floor: { '1.5': {} } }, ['body.per_floor.1.5']],
    [{ per_floor: { '1': { kw_max: -1 } } }, ['body.per_floor.1.kw_max']],
    [{ per_floor: [] }, ['body.per_floor']],
    [{ kw_max: 12 }, ['body.kw_max']],
  ]
  for (const [json, fields] of wrong) {
    const { status, body } = await put(json)
    assert.equal(status, 422, JSON.stringify(json))
    const detail = body.detail as { loc: string[]; msg: string }[]
    assert.deepEqual(
      detail.map(({ loc }) => loc.join('.')),
      fields,
    )
  }
  const { body } = await store.get('/admin/thresholds')
  assert.partialDeepStrictEqual(body, { default: { kw_max: 33 } })
})

test('when the store cannot be asked, the last known are served and said to be so', async () => {
  await put({ default: { kw_max: 44 } })
  await store.get('/admin/thresholds')
  for (const { member } of store.shards) member.current().kill('SIGKILL')
  const answer = await eventually('they are served', async () => {
    const known = await store.get('/admin/thresholds')
    return known.headers['x-energyguard-last-known'] === 'true' ? known : undefined
  })
  assert.equal(answer.status, 200)
  assert.partialDeepStrictEqual(answer.body, { default: { kw_max: 44 } })
  assert.ok([502, 504].includes((await put({ default: { kw_max: 55 } })).status))
})

test('without a shard nothing can be changed, and the answer says so', async () => {
  const coordinator = await runningCoordinator()
  const authorization = 'Bearer eg-admin-token'
  const answer = await coordinator.put('/admin/thresholds', {}, { headers: { authorization } })
  assert.deepEqual(seen(answer), [503, { detail: 'Nessun nodo KVS registrato' }])
})

test('a file of the original, one flat set, is taken over as the default set', async () => {
  const flat = join(folder, 'flat.json')
  writeFileSync(flat, JSON.stringify({ kw_max: 77, tensione_max: 250 }))
  const other = await runningStore({ shards: 1, env: { THRESHOLDS_PATH: flat } })
  const expected = { default: { ...DEFAULTS, kw_max: 77, tensione_max: 250 }, per_floor: {} }
  await eventually('they are taken over', async () => {
    assert.deepEqual((await other.get('/admin/thresholds')).body, expected)
    return true
  })
})

test('of two coordinators with files of their own one is taken over for both', async () => {
  const [first, second] = ['first', 'second'].map((name, n) => {
    const file = join(folder, `${name}.json`)
    writeFileSync(file, JSON.stringify({ default: { ...DEFAULTS, kw_max: 61 + n }, per_floor: {} }))
    return file
  })
  const one = await runningStore({ shards: 1, env: { THRESHOLDS_PATH: must(first) } })
  const nodes = one.shards.map(({ url }) => url).join(',')
  const flags = ['coordinator', '--port', '0', '--bootstrap-nodes', nodes]
  const log = ['--log-path', join(temporaryFolder('log'), 'log.db')]
  const env = { THRESHOLDS_PATH: must(second) }
  const two = wireClient((await startRole([...flags, ...log], { env })).address)
  const fileOf = (file = '') => JSON.parse(readFileSync(file, 'utf8'))
  await eventually('both files say the same', async () => {
    const { body } = await one.get('/admin/thresholds')
    assert.deepEqual((await two.get('/admin/thresholds')).body, body)
    for (const file of [first, second]) assert.deepEqual(fileOf(file), body)
    assert.ok([61, 62].includes((body.default as { kw_max: number }).kw_max))
    return true
  })
})
