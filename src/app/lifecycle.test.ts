/**
 * When a role ends and with which code. Signals are tried with real processes in test/integration.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recordingTrace } from '../../test/support/traces.ts'
import type { Service } from '../ports/service.ts'
import { describeError, runServices } from './lifecycle.ts'

const untilAborted: Service = {
  run: (signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
}
const named = (name: string, service: Service) => ({ name, service })

test('a service that is through ends the others, and all is well', async () => {
  const order: string[] = []
  const running = {
    services: [named('forever', untilAborted), named('replay', { run: async () => {} })],
    close: async () => void order.push('closed'),
  }
  assert.equal(await runServices(running, new AbortController(), recordingTrace()), 0)
  assert.deepEqual(order, ['closed'])
})

test('a service that fails ends the others, and the process fails', async () => {
  const trace = recordingTrace()
  const broken: Service = { run: () => Promise.reject(new Error('no more')) }
  const running = {
    services: [named('forever', untilAborted), named('broken', broken)],
    close: async () => {},
  }
  assert.equal(await runServices(running, new AbortController(), trace), 1)
  assert.deepEqual(
    trace.facts.filter((fact) => fact.kind === 'process.service-failed').map((f) => f.service),
    ['broken'],
  )
})

test('a service that answers the stop with the reason of the stop has not failed', async () => {
  const controller = new AbortController()
  const strict: Service = {
    run: (signal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  }
  const ended = runServices(
    { services: [named('strict', strict)], close: async () => {} },
    controller,
    recordingTrace(),
  )
  controller.abort(new Error('stopped'))
  assert.equal(await ended, 0)
})

test('an error is told with its causes, a bug with its stack', () => {
  const error = new Error('cannot write', { cause: new Error('disk full') })
  assert.equal(describeError(error), 'cannot write (disk full)')
  const told = new Error('cannot write: disk full', { cause: new Error('disk full') })
  assert.equal(describeError(told), 'cannot write: disk full')
  assert.match(describeError(new TypeError('x is not a function')), /lifecycle\.test\.ts/)
})
