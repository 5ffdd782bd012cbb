/**
 * When a role ends and with which code. Signals are tried with real processes in test/integration.
 */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { manualClock } from '../../test/support/manual-clock.ts'
import { recordingTrace } from '../../test/support/traces.ts'
import type { Service } from '../ports/service.ts'
import { describeError, EXIT_FAILED, runServices, STOP_MS_MAX, stopSignal } from './lifecycle.ts'

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

/** A process whose clock is moved by hand; its doors are closed again after the test. */
function processByHand(t: TestContext) {
  const [clock, trace, exits] = [manualClock(), recordingTrace(), [] as number[]]
  const doors = ['SIGTERM', 'SIGINT'] as const
  const before = doors.map((name) => process.listeners(name))
  const controller = stopSignal({ clock, trace, exit: (code) => void exits.push(code) })
  t.after(() => {
    for (const [i, name] of doors.entries()) {
      const added = process.listeners(name).filter((one) => !before[i]?.includes(one))
      for (const listener of added) process.removeListener(name, listener)
    }
  })
  return { clock, trace, exits, controller }
}

test('a service that does not end after another has failed is given up in time', async (t) => {
  const { clock, trace, exits, controller } = processByHand(t)
  const broken: Service = { run: () => Promise.reject(new Error('no more')) }
  const deaf: Service = { run: () => new Promise(() => {}) }
  const services = [named('deaf', deaf), named('broken', broken)]
  void runServices({ services, close: async () => {} }, controller, trace)
  await clock.advance(0)
  assert.ok(controller.signal.aborted)
  await clock.advance(STOP_MS_MAX - 1)
  assert.deepEqual(exits, [])
  await clock.advance(1)
  assert.deepEqual(exits, [EXIT_FAILED])
  assert.equal(trace.count('process.stop-overdue'), 1)
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
