/**
 * Notifications over the log in a file, as two coordinators of one machine have it: what survives a
 * restart of everything, and what a client hears that comes back after one.
 */
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openSqliteLog } from '../../src/adapters/sqlite-log.ts'
import { systemClock } from '../../src/adapters/system-clock.ts'
import { ALERTS_TOPIC } from '../../src/model/topics.ts'
import type { Clock } from '../../src/ports/clock.ts'
import { eventually } from '../support/eventually.ts'
import { foreignAlert, Listener, raise, ready, startLive } from '../support/live-world.ts'
import { temporaryFolder } from '../support/process.ts'
import { BELIEVING } from '../support/sqlite-log.ts'
import { silentTrace } from '../support/traces.ts'

const HOUR_MS = 60 * 60_000

/** A file that coordinators may share, each with a client of its own. */
function sharedFile(t: TestContext) {
  const path = join(temporaryFolder('live'), 'log.db')
  const start = async (clock: Clock = systemClock) => {
    const log = openSqliteLog({ path, clock, trace: silentTrace, ...BELIEVING })
    await log.declare([{ name: ALERTS_TOPIC, partitions: 1, retentionMs: HOUR_MS }])
    const live = startLive(t, log)
    const stop = async () => {
      await live.stop()
      await log.close()
    }
    t.after(stop)
    await ready(live)
    return { log, live, stop }
  }
  return { path, start }
}

test('two coordinators on one file show the same, and after a restart still do', async (t) => {
  const { start } = sharedFile(t)
  const [a, b] = [await start(), await start()]
  await raise(a.log, 'x')
  const alert = foreignAlert(0, ['kw_over', 'amp_over'])
  const outcomes = await Promise.all([a.live.broadcast(alert), b.live.broadcast(alert)])
  const accepted = outcomes.map((one) => (one.kind === 'done' ? one.accepted : Number.NaN))
  assert.equal(
    accepted.reduce((sum, one) => sum + one),
    2,
  )
  assert.deepEqual(await b.live.markRead(['x']), { kind: 'done', unread: 2 })
  await eventually('both know', () => a.live.unread() === 2)
  assert.deepEqual(a.live.ids(), b.live.ids())
  const before = { ids: a.live.ids(), newest: a.live.newestId }
  await Promise.all([a.stop(), b.stop()])
  const { live } = await start()
  assert.deepEqual({ ids: live.ids(), newest: live.newestId }, before)
  assert.equal(live.unread(), 2)
  const again = await live.broadcast(alert)
  assert.deepEqual(again, { kind: 'done', accepted: 0, suppressed: 2 })
})

test('a client resumes at another coordinator, and after all were restarted', async (t) => {
  const { start } = sharedFile(t)
  const [a, b] = [await start(), await start()]
  const listener = new Listener().connect(a.live)
  await raise(a.log, 'x', 'y')
  await eventually('it hears', () => listener.heard().length === 2)
  listener.disconnect()
  await raise(b.log, 'z')
  await eventually('the other is as far', () => b.live.ids().length === 3)
  listener.connect(b.live)
  assert.deepEqual(listener.heard(), ['x', 'y', 'z'])
  listener.disconnect()
  await raise(b.log, 'while it was away')
  await Promise.all([a.stop(), b.stop()])
  const { live } = await start()
  listener.connect(live)
  assert.deepEqual(listener.heard(), ['x', 'y', 'z', 'while it was away'])
})

test('ids of a file that was deleted and made anew mean nothing in it', async (t) => {
  const { path, start } = sharedFile(t)
  const old = await start()
  const listener = new Listener().connect(old.live)
  await raise(old.log, 'x', 'y')
  await eventually('it hears', () => listener.heard().length === 2)
  await old.stop()
  for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true })
  const fresh = await start()
  await raise(fresh.log, 'one', 'two', 'three')
  await eventually('they are there', () => fresh.live.ids().length === 3)
  listener.connect(fresh.live)
  assert.deepEqual(listener.heard(), ['x', 'y', '-'])
  await raise(fresh.log, 'four')
  await eventually('it hears on', () => listener.heard().length === 4)
  assert.deepEqual(listener.heard().at(-1), 'four')
})

test('what retention removed is a gap for who comes back to it, and nobody else', async (t) => {
  const { start } = sharedFile(t)
  const first = await start()
  const listener = new Listener().connect(first.live)
  await raise(first.log, 'a')
  await eventually('it hears', () => listener.heard().length === 1)
  listener.disconnect()
  await raise(first.log, 'b', 'c')
  await eventually('they are there', () => first.live.ids().length === 3)
  const current = first.live.newestId
  await first.stop()
  const later = { ...systemClock, wallMs: () => systemClock.wallMs() + 2 * HOUR_MS }
  const second = await start(later)
  await raise(second.log, 'd')
  await eventually('the old ones are gone', async () => {
    const [ends] = await second.log.ends(ALERTS_TOPIC)
    return ends?.first === 3
  })
  await second.stop()
  const { live } = await start(later)
  assert.deepEqual(live.ids(), ['d'])
  listener.connect(live)
  assert.deepEqual(listener.heard(), ['a', '-'])
  const upToDate = new Listener()
  upToDate.lastEventId = current
  assert.deepEqual(upToDate.connect(live).heard(), ['d'])
})
