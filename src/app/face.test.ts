import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { eventually } from '../../test/support/eventually.ts'
import { instantClock } from '../../test/support/instant-clock.ts'
import { silentTrace } from '../../test/support/traces.ts'
import { systemClock } from '../adapters/system-clock.ts'
import type { HttpApp } from '../http/http-app.ts'
import { createLoginApp } from '../http/login-routes.ts'
import type { Clock } from '../ports/clock.ts'
import { type Beside, openFace } from './face.ts'
import { runServices } from './lifecycle.ts'

const ANY_PORT = { host: '127.0.0.1', port: 0 }

async function loginFace(clock: Clock, beside?: (app: HttpApp) => Beside) {
  const metrics = { contentType: 'text/plain', text: async () => '' }
  const parts = { trace: silentTrace, metrics, readiness: () => undefined }
  const app = await createLoginApp({ user: 'u', password: 'p', token: 't' }, parts)
  const { url, part } = await openFace(clock, app, ANY_PORT, '--port', beside?.(app))
  const controller = new AbortController()
  const ended = runServices(part, controller, silentTrace)
  return { url, port: Number(new URL(url).port), stop: () => controller.abort(), ended }
}

test('a stop closes the port and idle connections, without waiting for its limit', async () => {
  const patient = { ...systemClock, monotonicMs: () => 0 }
  const face = await loginFace(patient)
  assert.equal((await fetch(`${face.url}/health`)).status, 200, 'fetch keeps its connection')
  face.stop()
  assert.equal(await face.ended, 0)
  await assert.rejects(fetch(`${face.url}/health`))
})

test('a request that never ends is cut, and does not hold up the end', async () => {
  const face = await loginFace(instantClock())
  const socket = connect(face.port, '127.0.0.1')
  socket.write('POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{')
  const closed = once(socket.resume(), 'close')
  await eventually('it is under way', async () => (await fetch(`${face.url}/livez`)).ok)
  face.stop()
  assert.equal(await face.ended, 0)
  await closed
})

test('a connection that left HTTP behind is cut as well, whatever is under way on it', async () => {
  let left: Socket | undefined
  let isAskedToEnd = false
  const upgrades = {
    admits: () => true,
    take: ({ socket }: IncomingMessage) => {
      left = socket
    },
    close: () => {
      isAskedToEnd = true
    },
    cut: () => {
      assert.ok(isAskedToEnd, 'it had its time')
      left?.destroy()
    },
  }
  const face = await loginFace(instantClock(), (app) => ({ handle: app.routing, upgrades }))
  const socket = connect(face.port, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: any\r\n\r\n')
  const closed = once(socket.resume(), 'close')
  await eventually('it has changed over', () => left !== undefined)
  face.stop()
  assert.equal(await face.ended, 0)
  await closed
})
