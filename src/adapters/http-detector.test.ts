/**
 * What a detector in its own process asks of a coordinator: thresholds and broadcasts. Neither
 * keeps its process from ending.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../../test/support/manual-clock.ts'
import { startProcess } from '../../test/support/process.ts'
import { always, scriptedServer } from '../../test/support/scripted-server.ts'
import type { Alert } from '../model/alert.ts'
import { DEFAULT_THRESHOLDS } from '../model/thresholds.ts'
import { BROADCAST_MS_MAX, createHttpBroadcast } from './http-broadcast.ts'
import { createHttpThresholds, THRESHOLDS_MS_MAX } from './http-thresholds.ts'

const NOWHERE = 'http://127.0.0.1:1'
const set = DEFAULT_THRESHOLDS.default
const alert: Alert = {
  ...{ alert_id: '1:t', piano: 1, timestamp: 1, eventi: [], thresholds: set },
  raw: { piano: 1, timestamp: '2026-01-05T08:30:00Z' },
}

test('thresholds are told as a coordinator holds them, with or without floors', async (t) => {
  const server = await scriptedServer(t)
  const source = createHttpThresholds({ url: server.url })
  const thresholds = { default: { ...set, kw_max: 5 }, per_floor: { '2': set } }
  server.answer = always(200, thresholds)
  assert.deepEqual(await source.current(), thresholds)
  server.answer = always(200, { default: set })
  assert.deepEqual(await source.current(), { default: set, per_floor: {} })
  const paths = server.arrived.map(({ method, path }) => `${method} ${path}`)
  assert.deepEqual(paths, ['GET /admin/thresholds', 'GET /admin/thresholds'])
})

test('whatever is no thresholds is nothing told: a guess would raise wrong alarms', async (t) => {
  const server = await scriptedServer(t)
  const source = createHttpThresholds({ url: server.url })
  const strange: [number, unknown][] = [
    [200, {}],
    [200, '<html>'],
    [200, { default: { ...set, kw_max: -1 } }],
    [200, { default: set, per_floor: { ground: set } }],
    [503, { default: set }],
  ]
  for (const [status, body] of strange) {
    server.answer = always(status, body)
    assert.equal(await source.current(), undefined, JSON.stringify(body))
  }
  assert.equal(await createHttpThresholds({ url: NOWHERE }).current(), undefined)
})

test('a broadcast carries the document and the token, where there is one', async (t) => {
  const server = await scriptedServer(t)
  server.answer = always(200, { status: 'ok', accepted: 1, suppressed: 0 })
  for (const token of [null, 'secret']) {
    assert.equal(await createHttpBroadcast({ url: server.url, token }).send(alert), 'accepted')
  }
  const document = JSON.parse(JSON.stringify(alert))
  assert.deepEqual(
    server.arrived.map(({ method, path, body }) => [method, path, body]),
    [
      ['POST', '/internal/broadcast', document],
      ['POST', '/internal/broadcast', { ...document, _token: 'secret' }],
    ],
  )
})

test('only what will never be taken is refused; the rest may be sent again', async (t) => {
  const server = await scriptedServer(t)
  const broadcast = createHttpBroadcast({ url: server.url, token: null })
  const outcomes = {
    refused: [400, 401, 403, 413, 422],
    unreachable: [404, 408, 429, 500, 502, 503, 504, 302],
  }
  for (const [outcome, statuses] of Object.entries(outcomes)) {
    for (const status of statuses) {
      server.answer = always(status, { detail: 'no' })
      assert.equal(await broadcast.send(alert), outcome, String(status))
    }
  }
  server.answer = (request) => request.socket.destroy()
  assert.equal(await broadcast.send(alert), 'unreachable')
  const nowhere = createHttpBroadcast({ url: NOWHERE, token: null })
  assert.equal(await nowhere.send(alert), 'unreachable')
})

test('a coordinator that does not answer is given up after a while', async (t) => {
  const server = await scriptedServer(t)
  const clock = manualClock()
  server.answer = () => void clock.advance(Math.max(THRESHOLDS_MS_MAX, BROADCAST_MS_MAX))
  assert.equal(await createHttpThresholds({ url: server.url, clock }).current(), undefined)
  const broadcast = createHttpBroadcast({ url: server.url, token: null, clock })
  assert.equal(await broadcast.send(alert), 'unreachable')
})

test('a process that has asked ends by itself, whatever it keeps open', async (t) => {
  const server = await scriptedServer(t)
  server.answer = always(200, { default: set })
  const folder = new URL('.', import.meta.url).href
  const script = `
    const { createHttpThresholds } = await import('${folder}http-thresholds.ts')
    const { createHttpBroadcast } = await import('${folder}http-broadcast.ts')
    const { createHttpStore } = await import('${folder}http-store.ts')
    const { systemClock } = await import('${folder}system-clock.ts')
    const url = '${server.url}'
    const thresholds = await createHttpThresholds({ url }).current()
    const sent = await createHttpBroadcast({ url, token: null }).send({})
    await createHttpStore({ url, clock: systemClock }).status()
    console.log(thresholds.default.kw_max, sent)`
  const program = [process.execPath, '--input-type=module', '--eval', script]
  const started = startProcess([], { program })
  const startMs = performance.now()
  const { code } = await started.exited
  assert.deepEqual([code, started.stdout()], [0, '11 accepted\n'], started.stderr())
  t.diagnostic(`ended after ${Math.round(performance.now() - startMs)} ms`)
})
