import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LeaseWatch } from './lease-watch.ts'

const TAKE_OVER_MS = 1_000
const watchOf = (name: string) => new LeaseWatch(name, TAKE_OVER_MS)
const record = (holder: string | null, beat: number) => JSON.stringify({ holder, beat })

test('a lease that nobody holds is taken at once', () => {
  const cases: [string, string | null, string][] = [
    ['none yet', null, record('me', 1)],
    ['given back', record(null, 7), record('me', 8)],
    ['held by us', record('me', 7), record('me', 8)],
    ['no record', '{"other":1}', record('me', 1)],
    ['no JSON', 'no', record('me', 1)],
  ]
  for (const [what, text, expected] of cases) {
    assert.equal(watchOf('me').decide(text, 0), expected, what)
  }
})

test('that of another is taken once it was seen to stand still for long enough', () => {
  const watch = watchOf('me')
  assert.equal(watch.decide(record('you', 1), 5_000), 'leave')
  assert.equal(watch.decide(record('you', 1), 5_999), 'leave')
  assert.equal(watch.decide(record('you', 2), 6_100), 'leave', 'it has moved')
  assert.equal(watch.decide(record('you', 2), 7_099), 'leave')
  assert.equal(watch.decide(record('you', 2), 7_100), record('me', 3))
})

test('for how long another has not been heard of is known, and is nothing once it is ours', () => {
  const watch = watchOf('me')
  assert.equal(watch.silentMs(0), null, 'none was seen')
  watch.decide(record('you', 1), 5_000)
  watch.decide(record('you', 1), 5_400)
  assert.equal(watch.silentMs(5_500), 500)
  watch.decide(record('you', 2), 5_600)
  assert.equal(watch.silentMs(5_700), 100, 'it was heard of')
  watch.decide(record('you', 2), 6_600)
  watch.raised(6_600)
  assert.equal(watch.silentMs(6_700), null)
  assert.equal(watch.silentMs(9_000), null, 'we are the ones who are silent')
})

test('while the record cannot be reached it is not in sight, whoever is silent', () => {
  const watch = watchOf('me')
  assert.equal(watch.isInSight, false, 'nobody has looked yet')
  watch.decide(record('you', 1), 5_000)
  watch.lost()
  assert.equal(watch.isInSight, true)
  watch.unreached()
  assert.deepEqual([watch.isInSight, watch.silentMs(9_000)], [false, 4_000])
  watch.raised(9_500)
  assert.equal(watch.isInSight, true)
})

test('it is held from before the beat was sent, and no longer than others wait', () => {
  const watch = watchOf('me')
  assert.equal(watch.isHeld(0), false)
  watch.raised(100)
  assert.deepEqual([watch.isHeld(1_099), watch.isHeld(1_100)], [true, false])
  watch.raised(200)
  watch.lost()
  assert.equal(watch.isHeld(200), false)
})

test('only our own is given back', () => {
  assert.equal(watchOf('me').released(record('you', 3)), 'leave')
  assert.equal(watchOf('me').released(null), 'leave')
  assert.equal(watchOf('me').released(record('me', 3)), record(null, 4))
})

test('however slow they are and wrong their clocks, no two coordinators hold it at once', () => {
  const someTry = fc.record({
    who: fc.nat(2),
    idleMs: fc.integer({ min: 0, max: 700 }),
    /** From the moment when it reads its clock to that when the record is changed. */
    slowMs: fc.integer({ min: 0, max: 700 }),
    isHeardOf: fc.boolean(),
  })
  const offsets = fc.tuple(fc.nat(1e6), fc.nat(1e6), fc.nat(1e6))
  fc.assert(
    fc.property(fc.array(someTry, { maxLength: 60 }), offsets, (tries, offsetsMs) => {
      const watches = ['a', 'b', 'c'].map(watchOf)
      const offsetOf = (who: number) => offsetsMs[who] ?? 0
      let text: string | null = null
      let nowMs = 0
      for (const { who, idleMs, slowMs, isHeardOf } of tries) {
        nowMs += idleMs
        const startMs = nowMs + offsetOf(who)
        nowMs += slowMs
        const watch = watches[who]
        const decision: string = watch?.decide(text, nowMs + offsetOf(who)) ?? 'leave'
        if (decision === 'leave') watch?.lost()
        else {
          text = decision
          if (isHeardOf) watch?.raised(startMs)
        }
        const holders = watches.filter((one, index) => one.isHeld(nowMs + offsetOf(index)))
        assert.ok(holders.length <= 1)
      }
    }),
  )
})
