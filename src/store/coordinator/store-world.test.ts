import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../../../test/support/manual-clock.ts'
import { silentTrace } from '../../../test/support/traces.ts'
import type { Clock } from '../../ports/clock.ts'
import type { RingDocument } from '../ring/document.ts'
import { foundRing } from '../ring/membership.ts'
import { HOP_DEFAULTS, ShardLink } from './hop.ts'
import { LateWatch } from './late-watch.ts'
import { RingView } from './ring-view.ts'
import { LIMIT_DEFAULTS, RINGS_KEPT_MAX, StoreWorld } from './store-world.ts'

const RING = foundRing([{ id: 'id-1', address: 'a1' }], { kind: 'factor', factor: 1 }, 2)

function world(clock: Clock = manualClock()) {
  const network = {
    ask: async () => ({ kind: 'refused', reason: 'nobody is there' }) as const,
    close: async () => {},
  }
  const hop = { clock, network, afterTurn: () => {} }
  const lateWatch = new LateWatch(clock, 30)
  const parts = { clock, trace: silentTrace, limits: LIMIT_DEFAULTS, lateWatch }
  let writers = 0
  const one = new StoreWorld({ ...parts, newWriter: () => `w${++writers}` })
  const linkTo = () => new ShardLink('a1', hop, HOP_DEFAULTS)
  return { one, goBy: (ring: RingDocument) => one.goBy(new RingView(ring, linkTo)) }
}

test('the last rings are remembered by their versions, older ones are not', () => {
  const { one, goBy } = world()
  const versions = Array.from({ length: RINGS_KEPT_MAX + 2 }, (_, n) => n + 1)
  for (const version of versions) goBy({ ...RING, version })
  assert.equal(one.view?.ring.version, RINGS_KEPT_MAX + 2)
  const kept = versions.filter((version) => one.ringAt(version)?.version === version)
  assert.deepEqual(kept, versions.slice(2))
})

test('of another cluster nothing is remembered', () => {
  const { one, goBy } = world()
  goBy({ ...RING, version: 4 })
  goBy({ ...RING, cluster: 'another', version: 1 })
  assert.equal(one.ringAt(4), undefined)
  assert.equal(one.ringAt(1)?.cluster, 'another')
})

test('no version is given twice, though the clock was set back and its times come again', () => {
  let wallMs = Date.UTC(2026, 0, 5, 8, 30)
  const { one } = world({ ...manualClock(), wallMs: () => wallMs })
  const stamped = () => ({ time: one.hybridClock.stamp(wallMs), writer: one.writer })
  const aheadMs = 240_000
  wallMs += aheadMs
  const ahead = stamped()
  wallMs -= aheadMs
  one.stampRefused()
  assert.ok(stamped().time < ahead.time, 'it goes by the clock that was set right')
  wallMs += aheadMs
  const again = stamped()
  assert.equal(again.time, ahead.time)
  assert.notEqual(again.writer, ahead.writer)
})
