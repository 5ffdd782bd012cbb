import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ClientTraffic, OPERATIONS_QUIET_MAX, TRAFFIC_WINDOW_MS } from './client-traffic.ts'

/** What shards were asked for at each look; whether clients were served by then. */
function judged(looks: readonly { readonly asked: number; readonly own?: number }[]) {
  let now = 0
  const traffic = new ClientTraffic(() => now)
  return looks.map(({ asked, own = 0 }, turn) => {
    now = asked
    traffic.sent(own)
    return traffic.isBusy(turn * TRAFFIC_WINDOW_MS)
  })
}

test('clients are served once shards are asked for more than a few operations a second', () => {
  const few = OPERATIONS_QUIET_MAX
  assert.deepEqual(judged([{ asked: 9_000 }, { asked: 9_000 + few }]), [false, false])
  const looks = [{ asked: 0 }, { asked: few + 1 }, { asked: few + 1 }]
  assert.deepEqual(judged(looks), [false, true, false])
})

test('what care has sent itself is nobody else who waits', () => {
  assert.deepEqual(judged([{ asked: 0 }, { asked: 5_000, own: 5_000 }]), [false, false])
  assert.deepEqual(judged([{ asked: 0 }, { asked: 5_000, own: 4_000 }]), [false, true])
})

test('between two windows it says what it said, and a shard that started anew is no client', () => {
  let asked = 0
  const traffic = new ClientTraffic(() => asked)
  assert.equal(traffic.isBusy(0), false)
  asked = 10_000
  assert.equal(traffic.isBusy(TRAFFIC_WINDOW_MS - 1), false)
  assert.equal(traffic.isBusy(TRAFFIC_WINDOW_MS), true)
  asked = 0
  assert.equal(traffic.isBusy(2 * TRAFFIC_WINDOW_MS), false)
})
