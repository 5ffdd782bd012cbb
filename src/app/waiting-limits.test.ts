/**
 * Limits that only make sense together: who waits for something waits longer than it may take.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { STOPPING_MS_MAX } from '../adapters/http-client.ts'
import {
  CHANGE_WAIT_MS,
  PING_TIMEOUT_MS,
  UNATTENDED_WAIT_MS,
} from '../store/coordinator/coordinator.ts'
import { CHANGE_ANSWER_MS_MAX } from './coordinator-client.ts'
import { STOP_MS_MAX } from './lifecycle.ts'
import { FIRST_LOOK_MS_MAX } from './roles/coordinator.ts'

test('a command waits for a change of the ring for longer than the coordinator does', () => {
  assert.ok(CHANGE_ANSWER_MS_MAX >= 2 * (CHANGE_WAIT_MS + UNATTENDED_WAIT_MS))
})

test('a coordinator that starts waits for a shard that hangs until it is taken as silent', () => {
  assert.ok(FIRST_LOOK_MS_MAX >= 2 * PING_TIMEOUT_MS)
})

test('a stage that is asked to stop has time left when a coordinator does not answer', () => {
  assert.ok(STOP_MS_MAX >= 1.5 * STOPPING_MS_MAX)
})
