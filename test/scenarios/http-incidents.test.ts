/**
 * Incidents over HTTP, as a dashboard uses them: which there are, what people say of them, and what
 * is answered to what cannot be.
 */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { INCIDENT_ROWS_MAX, INCIDENTS_MAX } from '../../src/history/incidents.ts'
import type { Incident } from '../../src/model/incident.ts'
import { incidentKey } from '../../src/model/keys.ts'
import { SCAN_LIMIT_MAX } from '../../src/store/client.ts'
import { anEvidence, anIncident, MONDAY_MS } from '../support/evidence.ts'
import { ADMIN_TOKEN, coordinatorFace } from '../support/face.ts'
import { type FakeStore, fakeStore } from '../support/fake-store.ts'
import type { WireAnswer } from '../support/wire-client.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const ADMIN = { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } }

/** One a day: on floor 1 and 2 in turn, every third closed. */
const SOME = Array.from({ length: 9 }, (_, day) => {
  const startMs = MONDAY_MS + day * DAY_MS
  const opening = anEvidence({ timeMs: startMs, weekday: day % 7 })
  const state = day % 3 === 0 ? 'closed' : 'open'
  return anIncident({ floor: (day % 2) + 1, startMs, opening, peak: opening, state })
})

async function keep(store: FakeStore, incidents: readonly Incident[]): Promise<void> {
  await store.write(
    incidents.map((one) => {
      const key = incidentKey(one.startMs, one.floor, one.metric, one.cause)
      return { key, text: JSON.stringify(one) }
    }),
  )
}

async function facedWith(t: TestContext, incidents: readonly Incident[] = SOME) {
  const store = fakeStore()
  await keep(store, incidents)
  return { ...(await coordinatorFace(t, { store })), store }
}

const ids = ({ body }: WireAnswer) => (body.items as readonly Incident[]).map(({ id }) => id)
const namesOf = (incidents: readonly Incident[]) => incidents.map(({ id }) => id)
const newestFirst = namesOf(SOME.toReversed())

function wrongFields({ status, body }: WireAnswer) {
  const problems = body.detail as readonly { loc: readonly string[] }[]
  return [status, problems.map(({ loc }) => loc.join('.'))]
}

test('incidents are told newest first, with evidence and what was said of them', async (t) => {
  const face = await facedWith(t)
  const all = await face.get('/api/v1/incidents')
  assert.deepEqual([all.status, ids(all), all.body.next], [200, newestFirst, null])
  const [newest] = all.body.items as readonly object[]
  const words = { acknowledgedMs: null, decision: null, expectedBy: null }
  assert.deepEqual(newest, { ...SOME.at(-1), ...words })
})

test('floor, metric, cause, state and time choose among them', async (t) => {
  const face = await facedWith(t)
  const ask = async (query: string) => ids(await face.get(`/api/v1/incidents?${query}`))
  const those = (isAsked: (incident: Incident) => boolean) =>
    namesOf(SOME.filter(isAsked).toReversed())
  assert.deepEqual(
    await ask('floor=2'),
    those(({ floor }) => floor === 2),
  )
  assert.deepEqual(await ask('state=closed&floor=1'), [SOME[6]?.id, SOME[0]?.id])
  assert.deepEqual(await ask('metric=tensione'), [])
  assert.deepEqual(await ask('cause=higher'), newestFirst)
  assert.deepEqual(await ask('cause=silent'), [])
  const [from, to] = [2, 4].map((day) => new Date(MONDAY_MS + day * DAY_MS).toISOString())
  assert.deepEqual(await ask(`from=${from}&to=${to}`), [SOME[3]?.id, SOME[2]?.id])
})

test('pages follow each other without gap or repeat, whatever is chosen', async (t) => {
  const face = await facedWith(t)
  for (const query of ['limit=2', 'limit=2&floor=1', 'limit=4&state=open']) {
    const whole = ids(await face.get(`/api/v1/incidents?${query.replace(/limit=\d/, 'limit=50')}`))
    const seen: string[] = []
    for (let before: string | null = ''; before !== null; ) {
      const after = before === '' ? '' : `&before=${before}`
      const page = await face.get(`/api/v1/incidents?${query}${after}`)
      seen.push(...ids(page))
      before = page.body.next as string | null
    }
    assert.deepEqual(seen, whole, query)
  }
})

test('a request looks at so many rows, and the next goes on from there', async (t) => {
  const many = Array.from({ length: INCIDENT_ROWS_MAX + 1_500 }, (_, i) =>
    anIncident({ startMs: MONDAY_MS + i * 1_000, floor: i < 3 ? 7 : 1 }),
  )
  const face = await facedWith(t, [])
  for (let at = 0; at < many.length; at += 2_000) await keep(face.store, many.slice(at, at + 2_000))
  const first = await face.get('/api/v1/incidents?floor=7')
  assert.deepEqual(ids(first), [])
  assert.ok(first.body.next)
  const second = await face.get(`/api/v1/incidents?floor=7&before=${first.body.next}`)
  assert.deepEqual(ids(second), namesOf(many.slice(0, 3).toReversed()))
})

/** Deleted ones stand before the others, so many that a scan ends among them: none, go on here. */
function hideBehindDeleted(store: FakeStore, pages: number) {
  const asked: (string | undefined)[] = []
  store.onScan = ({ to }) => {
    asked.push(to)
    const next = incidentKey(MONDAY_MS + 30 * DAY_MS - asked.length, 1, 'kw', 'higher')
    return asked.length > pages ? undefined : { kind: 'page', entries: [], next }
  }
  return asked
}

test('incidents behind many that were deleted are found', async (t) => {
  const face = await facedWith(t)
  const asked = hideBehindDeleted(face.store, 2)
  const all = await face.get('/api/v1/incidents')
  assert.deepEqual([all.status, ids(all), all.body.next], [200, newestFirst, null])
  assert.equal(new Set(asked).size, 3, 'each page begins where the one before ended')
})

test('a request goes over so many deleted ones, and the next goes on from there', async (t) => {
  const face = await facedWith(t)
  const pages = INCIDENT_ROWS_MAX / SCAN_LIMIT_MAX
  const asked = hideBehindDeleted(face.store, pages)
  const first = await face.get('/api/v1/incidents')
  assert.deepEqual([ids(first), asked.length], [[], pages])
  const second = await face.get(`/api/v1/incidents?before=${first.body.next}`)
  assert.deepEqual([ids(second), second.body.next], [newestFirst, null])
})

test('a wrong question names each wrong field', async (t) => {
  const face = await facedWith(t)
  const query = 'floor=0&metric=watt&state=maybe&from=then&limit=0&before=there'
  assert.deepEqual(wrongFields(await face.get(`/api/v1/incidents?${query}`)), [
    422,
    ['floor', 'metric', 'state', 'from', 'limit', 'before'].map((field) => `query.${field}`),
  ])
  const many = await face.get(`/api/v1/incidents?limit=${INCIDENTS_MAX + 1}`)
  assert.deepEqual(wrongFields(many), [422, ['query.limit']])
  const backwards = 'from=2026-01-06T00:00:00Z&to=2026-01-05T00:00:00Z'
  assert.deepEqual(wrongFields(await face.get(`/api/v1/incidents?${backwards}`)), [
    422,
    ['query.to'],
  ])
})

test('one incident is found by its id, and none is 404', async (t) => {
  const face = await facedWith(t)
  const id = SOME[3]?.id ?? ''
  assert.equal((await face.get(`/api/v1/incidents/${id}`)).body.id, id)
  assert.equal((await face.get(`/api/v1/incidents/${encodeURIComponent(id)}`)).body.id, id)
  for (const other of ['1:kw:higher:1', 'nonsense', '1:kw:higher:x']) {
    assert.equal((await face.get(`/api/v1/incidents/${other}`)).status, 404, other)
  }
})

test('an incident is acknowledged once, by anybody', async (t) => {
  const face = await facedWith(t)
  const id = SOME[3]?.id ?? ''
  const first = await face.post(`/api/v1/incidents/${id}/acknowledge`, {})
  const again = await face.post(`/api/v1/incidents/${id}/acknowledge`, {})
  assert.deepEqual([first.status, again.status, again.body], [200, 200, first.body])
  const { body } = await face.get(`/api/v1/incidents/${id}`)
  assert.equal(body.acknowledgedMs, first.body.saidMs)
  assert.equal((await face.post('/api/v1/incidents/1:kw:higher:1/acknowledge', {})).status, 404)
})

test('what changes what is told takes the token of the admin', async (t) => {
  const face = await facedWith(t)
  const id = SOME[3]?.id
  const ways = [
    ['POST', `/api/v1/incidents/${id}/expected`],
    ['POST', `/api/v1/incidents/${id}/level`],
    ['POST', '/api/v1/alarms/mutes'],
    ['DELETE', '/api/v1/alarms/mutes/mute-1'],
    ['DELETE', '/api/v1/alarms/expected/expected-1'],
  ] as const
  for (const [method, path] of ways) {
    assert.equal((await face.ask(method, path, { json: {} })).status, 401, path)
    const headers = { authorization: 'Bearer wrong' }
    assert.equal((await face.ask(method, path, { json: {}, headers })).status, 403, path)
  }
})

test('"that was expected" shows its effect on the past, before and when it is said', async (t) => {
  const weekly = Array.from({ length: 4 }, (_, week) =>
    anIncident({ startMs: MONDAY_MS + week * 7 * DAY_MS }),
  )
  const other = anEvidence({ weekday: 2 })
  const onWednesday = anIncident({ startMs: MONDAY_MS + 2 * DAY_MS, opening: other, peak: other })
  const face = await facedWith(t, [...weekly, onWednesday, anIncident({ floor: 2 })])
  const last = weekly.at(-1)?.id ?? ''
  const covered = namesOf(weekly.slice(0, 3).toReversed())
  const path = `/api/v1/incidents/${last}/expected`
  const preview = await face.get(path)
  assert.deepEqual(preview.body, { incidents: 4, covered: 3, ids: covered })
  const daily = await face.get(`${path}?everyDay=true`)
  assert.equal(daily.body.covered, 4)
  const said = await face.post(path, {}, ADMIN)
  assert.deepEqual(said.body.past, preview.body)
  const { id } = said.body.expectation as { id: string }
  const shown = await face.get(`/api/v1/incidents/${last}`)
  assert.equal(shown.body.expectedBy, id)
  const undone = await face.delete(`/api/v1/alarms/expected/${id}`, ADMIN)
  assert.ok(Number(undone.body.endedMs) > 0)
  assert.equal((await face.get(`/api/v1/incidents/${last}`)).body.expectedBy, null)
  assert.equal((await face.delete('/api/v1/alarms/expected/expected-9', ADMIN)).status, 404)
})

test('a changed level is confirmed or declined, and nothing else is', async (t) => {
  const level = anIncident({ cause: 'level' })
  const face = await facedWith(t, [level, anIncident()])
  const path = `/api/v1/incidents/${level.id}/level`
  const said = await face.post(path, { decision: 'declined' }, ADMIN)
  assert.deepEqual([said.status, said.body.decision], [200, 'declined'])
  await face.post(path, { decision: 'confirmed' }, ADMIN)
  assert.equal((await face.get(`/api/v1/incidents/${level.id}`)).body.decision, 'confirmed')
  const wrong = await face.post(path, { decision: 'perhaps' }, ADMIN)
  assert.deepEqual(wrongFields(wrong), [422, ['body.decision']])
  const high = anIncident().id
  const other = await face.post(`/api/v1/incidents/${high}/level`, { decision: 'confirmed' }, ADMIN)
  assert.deepEqual(wrongFields(other), [422, ['path.id']])
  const expected = await face.post(`/api/v1/incidents/${level.id}/expected`, {}, ADMIN)
  assert.deepEqual(wrongFields(expected), [422, ['path.id']])
})

test('mutes are said, listed and taken back', async (t) => {
  const face = await facedWith(t)
  const say = (mute: object) => face.post('/api/v1/alarms/mutes', mute, ADMIN)
  const weekly = { kind: 'weekly', weekdays: [5, 6], from: '22:00', to: '06:00', floor: 2 }
  const until = { kind: 'until', until: '2099-01-01T00:00:00+01:00', metric: 'tensione' }
  const once = { kind: 'once', incident: SOME[1]?.id }
  const said = [await say(weekly), await say(until), await say(once)]
  assert.deepEqual(
    said.map(({ status, body }) => [status, body.id]),
    [
      [200, 'mute-1'],
      [200, 'mute-2'],
      [200, 'mute-3'],
    ],
  )
  assert.deepEqual(said[1]?.body.times, {
    ...{ kind: 'until', untilMs: Date.UTC(2098, 11, 31, 23) },
  })
  assert.deepEqual(said[0]?.body.scope, { floor: 2, metric: null, cause: null })
  await face.delete('/api/v1/alarms/mutes/mute-2', ADMIN)
  const { body } = await face.get('/api/v1/alarms/sayings')
  const ended = (body.mutes as readonly { endedMs: number | null }[]).map((one) => one.endedMs)
  assert.deepEqual([ended[0], ended[2]], [null, null])
  assert.ok(Number(ended[1]) > 0)
})

test('a wrong mute names the field and the remedy', async (t) => {
  const face = await facedWith(t)
  const say = async (mute: object) => {
    const answered = await face.post('/api/v1/alarms/mutes', mute, ADMIN)
    return [...wrongFields(answered), answered.text] as const
  }
  const weekly = { kind: 'weekly', weekdays: [], from: '25:00', to: '6' }
  const [status, fields, text] = await say(weekly)
  assert.deepEqual([status, fields], [422, ['body.weekdays', 'body.from', 'body.to']])
  assert.match(String(text), /for example \\"22:30\\"/)
  const past = await say({ kind: 'until', until: '2020-01-01T00:00:00Z' })
  assert.deepEqual(past.slice(0, 2), [422, ['body.until']])
  assert.match(String(past[2]), /a time to come/)
  assert.deepEqual((await say({ kind: 'sometimes' })).slice(0, 2), [422, ['body.kind']])
  assert.deepEqual((await say({ kind: 'once' })).slice(0, 2), [422, ['body.incident']])
  const floor = { kind: 'until', until: '2099-01-01T00:00:00Z', floor: 0 }
  assert.deepEqual((await say(floor)).slice(0, 2), [422, ['body.floor']])
})

test('a store that cannot be asked is 503, and not an empty list', async (t) => {
  const face = await facedWith(t)
  const id = SOME[3]?.id
  face.store.onScan = () => ({ kind: 'unavailable', needed: 2, had: 1 })
  assert.equal((await face.get('/api/v1/incidents')).status, 503)
  face.store.onRead = () => ({ kind: 'unavailable', needed: 2, had: 1 })
  for (const path of [`/api/v1/incidents/${id}`, '/api/v1/alarms/sayings']) {
    assert.deepEqual([(await face.get(path)).status], [503], path)
  }
  assert.equal((await face.post(`/api/v1/incidents/${id}/acknowledge`, {})).status, 503)
})
