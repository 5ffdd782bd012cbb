/**
 * The wire contract: alert documents come in by `/internal/broadcast`, notifications go out.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runningCoordinator } from '../support/running-store.ts'
import type { WireAnswer, WireClient } from '../support/wire-client.ts'

const shared = await runningCoordinator()
const seen = ({ status, body }: WireAnswer) => [status, body]
const accepted = (count: number, suppressed = 0) => [
  200,
  { status: 'ok', accepted: count, suppressed },
]

type Notification = Readonly<Record<string, unknown>>

async function listed(client: WireClient, query = ''): Promise<readonly Notification[]> {
  const { status, body } = await client.get(`/notifications${query}`)
  assert.equal(status, 200)
  const items = body.items as Notification[]
  assert.equal(body.total, items.length, 'total counts the items returned')
  return items
}

/** Of the coordinator that most tests share, each with a floor of its own. */
async function ofFloor(floor: number, query = ''): Promise<readonly Notification[]> {
  const all = await listed(shared, `?limit=1000${query}`)
  return all.filter((one) => one.floor === floor)
}

async function unread(client: WireClient): Promise<unknown> {
  const { status, body } = await client.get('/notifications/unread_count')
  assert.equal(status, 200)
  assert.deepEqual(Object.keys(body), ['unread'])
  return body.unread
}

const alert = {
  alert_id: '1:1750000000',
  piano: 1,
  timestamp: 1_750_000_000,
  eventi: [
    {
      tipo: 'kw_over',
      metrica: 'kw',
      valore: 12.5,
      threshold: 11,
      threshold_base: 11,
      descrizione: 'kW oltre soglia',
    },
    { tipo: 'volt_over', metrica: 'tensione', valore: 260, threshold: 232, threshold_base: 230 },
  ],
  raw: { piano: 1, timestamp: '2025-06-15T15:06:40+00:00', sensore2_kw: 12.5 },
  thresholds: {},
}

test('each event of an alert becomes one notification, with all its fields', async () => {
  assert.deepEqual(seen(await shared.get('/notifications')), [200, { items: [], total: 0 }])
  assert.equal(await unread(shared), 0)
  assert.deepEqual(seen(await shared.post('/internal/broadcast', alert)), accepted(2))
  const [first, second] = await listed(shared)
  assert.deepEqual(first, {
    id: '1:kw:kw_over:2025-06-15T15:06:40+00:00',
    timestamp: 1_750_000_000,
    timestamp_ms: 1_750_000_000_000,
    floor: 1,
    metric: 'kw',
    value: 12.5,
    threshold: 11,
    threshold_base: 11,
    severity: 'warning',
    message: 'kW oltre soglia',
  })
  assert.partialDeepStrictEqual(second, {
    id: '1:tensione:volt_over:2025-06-15T15:06:40+00:00',
    metric: 'tensione',
    threshold: 232,
    threshold_base: 230,
  })
  assert.equal(await unread(shared), 2)
})

test('an id that was seen before counts as suppressed; entries of one alert do not', async () => {
  const coordinator = await runningCoordinator({ NOTIFY_SUPPRESS_SECS: '0' })
  await coordinator.post('/internal/broadcast', alert)
  assert.deepEqual(seen(await coordinator.post('/internal/broadcast', alert)), accepted(0, 2))
  const later = { ...alert, raw: { ...alert.raw, timestamp: '2025-06-15T15:06:41+00:00' } }
  assert.deepEqual(seen(await coordinator.post('/internal/broadcast', later)), accepted(2))
  assert.equal((await listed(coordinator)).length, 4)
})

test('an id that has left the list is suppressed for NOTIFY_SUPPRESS_SECS, no longer', async () => {
  const one = (second: number) => ({ piano: 1, timestamp: 1_750_000_000 + second })
  for (const [seconds, expected] of [
    ['3600', accepted(0, 1)],
    ['0', accepted(1)],
  ] as const) {
    const env = { NOTIFY_BUFFER_SIZE: '1', NOTIFY_SUPPRESS_SECS: seconds }
    const coordinator = await runningCoordinator(env)
    for (const second of [1, 2]) await coordinator.post('/internal/broadcast', one(second))
    assert.equal((await listed(coordinator)).length, 1)
    assert.deepEqual(seen(await coordinator.post('/internal/broadcast', one(1))), expected)
  }
})

test('the kind of an event decides its metric; no events are one notification', async () => {
  const kinds: readonly (readonly [unknown, string])[] = [
    ['kw_over', 'kw'],
    ['dkwh_over', 'delta_kwh'],
    ['amp_over', 'corrente'],
    ['corrente_alta', 'corrente'],
    ['volt_over', 'tensione'],
    ['pattern_outlier_kw', 'kw'],
    ['pattern_outlier_amp', 'corrente'],
    ['pattern_outlier_volt', 'tensione'],
    ['something', 'delta_kwh'],
    [undefined, 'delta_kwh'],
    [7, 'delta_kwh'],
  ]
  const eventi = kinds.map(([tipo], index) => ({ tipo, valore: index }))
  let second = 1_750_000_000
  for (const event of eventi) {
    second += 1
    const document = { piano: 2, timestamp: second, eventi: [event] }
    assert.deepEqual(seen(await shared.post('/internal/broadcast', document)), accepted(1))
  }
  const metrics = (await ofFloor(2)).map(({ metric }) => metric)
  assert.deepEqual(
    metrics,
    kinds.map(([, metric]) => metric),
  )
  for (const empty of [[], undefined]) {
    second += 1
    const document = { piano: 3, timestamp: second, eventi: empty }
    assert.deepEqual(seen(await shared.post('/internal/broadcast', document)), accepted(1))
  }
  assert.partialDeepStrictEqual((await ofFloor(3)).at(-1), {
    id: `3:delta_kwh:anomaly:${second}`,
    floor: 3,
  })
})

test('seconds, milliseconds, ISO are understood; the reading counts before the alert', async () => {
  const at = 1_750_000_000
  const times: readonly (readonly [object, number])[] = [
    [{ timestamp: 1, raw: { timestamp: at } }, at],
    [{ timestamp: 1, raw: { timestamp: (at + 1) * 1000 } }, at + 1],
    [{ timestamp: 1, raw: { timestamp: '2025-06-15T15:06:42Z' } }, at + 2],
    [{ timestamp: 1, raw: { timestamp: '2025-06-15T17:06:43.250000+02:00' } }, at + 3.25],
    [{ timestamp: at + 4 }, at + 4],
    [{ timestamp: (at + 5) * 1000, raw: {} }, at + 5],
  ]
  for (const [document] of times) {
    await shared.post('/internal/broadcast', { piano: 4, ...document })
  }
  const timestamps = (await ofFloor(4)).map(({ timestamp }) => timestamp)
  assert.deepEqual(
    timestamps,
    times.map(([, second]) => second),
  )
  const before = Date.now() / 1000
  await shared.post('/internal/broadcast', { piano: 9 })
  const now = Number((await ofFloor(9)).at(-1)?.timestamp)
  assert.ok(now >= Math.floor(before) && now <= Date.now() / 1000 + 1)
})

test('odd documents of other detectors are taken; what is no document is 422', async () => {
  const text =
    '{"piano": 5, "timestamp": 1750000000, "eventi": [{"tipo": "kw_over", "zscore": NaN}]}'
  assert.deepEqual(seen(await shared.ask('POST', '/internal/broadcast', { text })), accepted(1))
  for (const document of [
    {},
    { piano: 'terra', eventi: 'none', raw: 7 },
    { timestamp: {}, eventi: [null, 7, 'x'], raw: [] },
  ]) {
    assert.equal((await shared.post('/internal/broadcast', document)).status, 200)
  }
  for (const wrong of ['[]', '"text"', '7', 'null', '{"a":', '']) {
    const { status } = await shared.ask('POST', '/internal/broadcast', { text: wrong })
    assert.equal(status, 422, wrong)
  }
})

test('when a token is set, _token must match it, and goes no further', async () => {
  const coordinator = await runningCoordinator({ INTERNAL_BROADCAST_TOKEN: 'geheim' })
  for (const document of [alert, { ...alert, _token: 'x' }, { ...alert, _token: ['geheim'] }]) {
    const { status, body } = await coordinator.post('/internal/broadcast', document)
    assert.equal(status, 403)
    assert.equal(typeof body.detail, 'string')
  }
  const answer = await coordinator.post('/internal/broadcast', { ...alert, _token: 'geheim' })
  assert.deepEqual(seen(answer), accepted(2))
  assert.ok(!(await coordinator.get('/notifications')).text.includes('geheim'))
  const unasked = { ...alert, piano: 6, _token: 'whatever' }
  assert.deepEqual(seen(await shared.post('/internal/broadcast', unasked)), accepted(2))
})

test('the list is the newest ones, oldest first; a limit is clamped, never refused', async () => {
  const coordinator = await runningCoordinator()
  for (let batch = 0; batch < 12; batch += 1) {
    const eventi = Array.from({ length: 100 }, (_, i) => ({ tipo: `kw_${i}`, valore: i }))
    const document = { piano: 1, timestamp: 1_750_000_000 + batch, eventi }
    await coordinator.post('/internal/broadcast', document)
  }
  assert.equal((await listed(coordinator, '?limit=1000')).length, 200, 'NOTIFY_BUFFER_SIZE')
  const all = await listed(coordinator, '?limit=200')
  assert.deepEqual(await listed(coordinator), all.slice(-50), 'the default is 50')
  assert.deepEqual(await listed(coordinator, '?limit=3'), all.slice(-3))
  const lengths = async (limit: string) => (await listed(coordinator, `?limit=${limit}`)).length
  assert.deepEqual(
    [await lengths('0'), await lengths('-7'), await lengths('1.9'), await lengths('99999999')],
    [1, 1, 1, 200],
  )
  assert.deepEqual([await lengths(''), await lengths('many')], [50, 50])
  assert.equal(await lengths('7&limit=2'), 2, 'of several the last counts')
})

test('since_ts keeps what is strictly newer by its own time', async () => {
  for (const second of [3, 1, 2]) {
    await shared.post('/internal/broadcast', { piano: 7, timestamp: 1_750_000_000 + second })
  }
  const seconds = async (query: string) =>
    (await ofFloor(7, query)).map(({ timestamp }) => Number(timestamp) - 1_750_000_000)
  assert.deepEqual(await seconds('&since_ts=1750000001'), [3, 2])
  assert.deepEqual(await seconds('&since_ts=1750000000.5'), [3, 1, 2])
  assert.deepEqual(await seconds('&since_ts=1750000003'), [])
  const { status, body } = await shared.get('/notifications?since_ts=yesterday')
  assert.equal(status, 422)
  assert.deepEqual((body.detail as { loc: string[] }[])[0]?.loc, ['query', 'since_ts'])
})

test('marking as read lowers the count, by name, or by one for an empty list', async () => {
  const coordinator = await runningCoordinator()
  const mark = (ids: unknown) => coordinator.post('/notifications/mark_read', { ids })
  const marked = (count: number) => [200, { status: 'ok', unread: count }]
  for (const second of [1, 2, 3, 4]) {
    await coordinator.post('/internal/broadcast', { piano: 1, timestamp: 1_750_000_000 + second })
  }
  const [first] = await listed(coordinator)
  assert.deepEqual(seen(await mark([first?.id])), marked(3))
  assert.deepEqual(seen(await mark([first?.id])), marked(3), 'read is read')
  assert.deepEqual(seen(await mark(['no such id'])), marked(3))
  assert.deepEqual(seen(await mark([])), marked(2))
  assert.equal(await unread(coordinator), 2)
  const ids = (await listed(coordinator)).map(({ id }) => id)
  assert.deepEqual(seen(await mark(ids)), marked(0))
  assert.deepEqual(seen(await mark([])), marked(0))
  assert.equal((await listed(coordinator)).length, 4, 'what is read stays in the list')
})

test('a bad body is 422 with each wrong field named', async () => {
  const wrong: readonly (readonly [unknown, string])[] = [
    [{}, 'body.ids'],
    [{ ids: 'all' }, 'body.ids'],
    [{ ids: ['a', 7] }, 'body.ids.1'],
    [[], 'body'],
  ]
  for (const [json, field] of wrong) {
    const { status, body } = await shared.post('/notifications/mark_read', json)
    assert.equal(status, 422)
    const detail = body.detail as { loc: (string | number)[] }[]
    assert.deepEqual(
      detail.map(({ loc }) => loc.join('.')),
      [field],
    )
  }
})

test('a restart forgets nothing', async () => {
  const coordinator = await runningCoordinator()
  await coordinator.post('/internal/broadcast', alert)
  await coordinator.post('/notifications/mark_read', { ids: [] })
  const before = await listed(coordinator)
  await coordinator.restart()
  assert.deepEqual(await listed(coordinator), before)
  assert.equal(await unread(coordinator), 1)
  assert.deepEqual(seen(await coordinator.post('/internal/broadcast', alert)), accepted(0, 2))
})
