/**
 * Limits that only make sense together: who waits for something waits longer than it may take.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { STOPPING_MS_MAX } from '../adapters/http-client.ts'
import { ANSWER_MS_MAX } from '../adapters/http-store.ts'
import {
  CHANGE_WAIT_MS,
  PING_TIMEOUT_MS,
  UNATTENDED_WAIT_MS,
} from '../store/coordinator/coordinator.ts'
import { CHANGE_ANSWER_MS_MAX } from './coordinator-client.ts'
import { STOP_MS_MAX } from './lifecycle.ts'
import { FIRST_LOOK_SHARE, GREETING_SHARE } from './roles/coordinator.ts'
import { settingOf } from './settings.ts'

test('a command waits for a change of the ring for longer than the coordinator does', () => {
  assert.ok(CHANGE_ANSWER_MS_MAX >= 2 * (CHANGE_WAIT_MS + UNATTENDED_WAIT_MS))
})

test('a coordinator that starts waits for a shard that hangs until it is taken as silent', () => {
  assert.ok(FIRST_LOOK_SHARE >= 2 * GREETING_SHARE)
})

test('the time of an operation bounds a greeting, and is over before others give it up', () => {
  const { fallback, parse } = settingOf('requestTimeoutSeconds')
  assert.equal(Number(fallback) * 1000 * GREETING_SHARE, PING_TIMEOUT_MS)
  const largest = ANSWER_MS_MAX / 1000
  assert.equal(parse(String(largest)), undefined)
  assert.equal(parse(String(largest / 2)), largest / 2)
})

test('a stage that is asked to stop has time left when a coordinator does not answer', () => {
  assert.ok(STOP_MS_MAX >= 1.5 * STOPPING_MS_MAX)
})
