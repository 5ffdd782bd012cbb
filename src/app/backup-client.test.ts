import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { instantClock } from '../../test/support/instant-clock.ts'
import { always, type ScriptedServer, scriptedServer } from '../../test/support/scripted-server.ts'
import { BackupClient } from './backup-client.ts'

const PAGE = { cluster: 'c1', rows: [], next: null }
const line = (key: string) => JSON.stringify({ key })

async function world(t: TestContext) {
  const server = await scriptedServer(t)
  const clock = instantClock()
  const said: string[] = []
  const waits = (why: string) => void said.push(why)
  const client = new BackupClient({ url: server.url, adminToken: 'tok', clock, waits })
  return { server, clock, client, said }
}

/** One answer after another; the last one from then on. */
function inTurn(...answers: readonly ScriptedServer['answer'][]): ScriptedServer['answer'] {
  let turn = 0
  return (request, response) => {
    const answer = answers[Math.min(turn, answers.length - 1)]
    turn += 1
    response.setHeader('content-type', 'application/json; charset=utf-8')
    answer?.(request, response)
  }
}

const cutOff: ScriptedServer['answer'] = (request) => request.socket.destroy()

test('a page is asked for with the token, and again while nobody can give it', async (t) => {
  const { server, client, said } = await world(t)
  const tokens: unknown[] = []
  const scripted = inTurn(
    always(503, { detail: 'not now' }),
    cutOff,
    always(429, {}),
    always(200, PAGE),
  )
  server.answer = (request, response) => {
    tokens.push(request.headers.authorization)
    scripted(request, response)
  }
  assert.deepEqual(await client.exportPage('k1'), PAGE)
  assert.deepEqual(
    server.arrived,
    new Array(4).fill({
      ...{ method: 'POST', path: '/sharding/export', body: { from: 'k1' } },
    }),
  )
  assert.deepEqual([...new Set(tokens)], ['Bearer tok'])
  assert.deepEqual(said, ['HTTP 503'], 'a person is told once')
})

test('when nobody answers from the beginning it is given up at once', async (t) => {
  const { server, clock, client } = await world(t)
  server.answer = cutOff
  await assert.rejects(client.exportPage(''), /No coordinator answers at/)
  assert.equal(clock.monotonicMs(), 0)
})

test('what does not pass is given up in the end, and what is refused at once', async (t) => {
  const { server, client, clock } = await world(t)
  server.answer = inTurn(always(503, { detail: 'too few' }))
  await assert.rejects(client.exportPage(''), /too few \(HTTP 503\)/)
  assert.ok(server.arrived.length > 10)
  const before = server.arrived.length
  server.answer = inTurn(always(403, { detail: 'The token is wrong' }))
  await assert.rejects(client.exportPage(''), /The token is wrong \(HTTP 403\)/)
  assert.equal(server.arrived.length, before + 1)
  const startMs = clock.monotonicMs()
  server.answer = cutOff
  await assert.rejects(client.exportPage(''), /No coordinator answers at/)
  assert.ok(clock.monotonicMs() > startMs, 'one that had answered is waited for')
})

test('rows that were not taken are sent again, and only those', async (t) => {
  const { server, client } = await world(t)
  const answers = [
    [
      { status: 200 },
      { status: 504, detail: 'perhaps' },
      { status: 200, kept: true },
      { status: 429 },
    ],
    [{ status: 200 }, { status: 503 }],
    [{ status: 200, kept: true }],
  ]
  server.answer = inTurn(...answers.map((results) => always(200, { results })))
  assert.equal(await client.importRows(['a', 'b', 'c', 'd'].map(line)), 2)
  const sent = server.arrived.map(({ body }) =>
    Object(body).rows.map(({ key }: { key: string }) => key),
  )
  assert.deepEqual(sent, [['a', 'b', 'c', 'd'], ['b', 'd'], ['d']])
})

test('a row that is refused is named, and so is one that is never taken', async (t) => {
  const { server, client } = await world(t)
  const results = [{ status: 200 }, { status: 422, detail: 'must not be empty' }]
  server.answer = inTurn(always(200, { results }))
  const refused = client.importRows(['a', 'b'].map(line))
  await assert.rejects(refused, /The key "b" was not taken: must not be empty \(HTTP 422\)/)
  const ahead = { status: 502, detail: 'Scrittura fallita', reason: 'its time is ahead' }
  server.answer = inTurn(always(200, { results: [ahead] }))
  const never = client.importRows([line('a')])
  await assert.rejects(
    never,
    /"a" was not taken: Scrittura fallita: its time is ahead \(HTTP 502\)/,
  )
})
