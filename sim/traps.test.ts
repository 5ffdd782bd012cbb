import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NO_MUTATION } from './mutation.ts'
import { simulate } from './simulate.ts'
import { setTraps } from './traps.ts'

const QUESTIONS: Readonly<Record<string, () => unknown>> = {
  'Date.now': () => Date.now(),
  'new Date': () => new Date(),
  Date: () => Date(),
  'performance.now': () => performance.now(),
  'Math.random': () => Math.random(),
  randomUUID: () => crypto.randomUUID(),
  setTimeout: () => setTimeout(() => {}, 0),
  setInterval: () => setInterval(() => {}, 1_000),
  setImmediate: () => setImmediate(() => {}),
}

test('whoever asks the machine for time or chance during a run is told so', () => {
  const undo = setTraps()
  try {
    for (const [name, ask] of Object.entries(QUESTIONS)) assert.throws(ask, /simulation/, name)
    assert.equal(new Date(0).toISOString(), '1970-01-01T00:00:00.000Z')
    assert.equal(Date.parse('1970-01-01T00:00:01Z'), 1_000)
  } finally {
    undo()
  }
  assert.ok(Date.now() > 0 && Math.random() >= 0)
})

test('the traps are set while a simulation runs, and gone when it has failed', async () => {
  let mutationAsked: unknown
  const mutation = {
    ...NO_MUTATION,
    begin: () => {
      try {
        Date.now()
      } catch (error) {
        mutationAsked = error
      }
      return () => {}
    },
  }
  await simulate({ seed: 1, operations: 1, mutation })
  assert.match(String(mutationAsked), /simulation/)
  const broken = {
    ...NO_MUTATION,
    network: () => {
      throw new Error('broken')
    },
  }
  await assert.rejects(() => simulate({ seed: 1, operations: 1, mutation: broken }), /broken/)
  assert.ok(Date.now() > 0)
})
