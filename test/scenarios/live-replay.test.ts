/**
 * Streams that break and resume: from any place, at any coordinator, without gap or repeat; and
 * where that cannot be, a `gap` with the list.
 */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { GAP_ITEMS_MAX } from '../../src/live/audience.ts'
import { REPLAY_EVENTS_MAX } from '../../src/live/fold.ts'
import type { NotificationList } from '../../src/live/live.ts'
import { ALERTS_TOPIC } from '../../src/model/topics.ts'
import { eventually } from '../support/eventually.ts'
import {
  Listener,
  raise,
  ready,
  type StartedLive,
  settle,
  startLive,
} from '../support/live-world.ts'
import { type ScriptedLog, scriptedLog, unavailable } from '../support/scripted-log.ts'

const lettersOf = (text: string) => [...text]

async function liveWith(t: TestContext, letters: string, bufferSize = 3) {
  const log = scriptedLog(1)
  await raise(log, ...lettersOf(letters))
  const live = startLive(t, log, { bufferSize })
  await ready(live)
  return { log, live }
}

function comeBack(live: StartedLive, lastEventId: string | undefined): Listener {
  const listener = new Listener()
  listener.lastEventId = lastEventId
  return listener.connect(live)
}

test('the id of an event is the place of its record, and resumes right after it', async (t) => {
  const { log, live } = await liveWith(t, 'abcdef')
  const ids = lettersOf('abcdef').map((_, offset) => `one-${offset}`)
  for (const [offset, id] of ids.entries()) {
    const listener = comeBack(live, id)
    assert.deepEqual(listener.heard(), lettersOf('abcdef').slice(offset + 1))
    assert.deepEqual(
      listener.events.map((event) => event.id),
      ids.slice(offset + 1),
    )
    listener.disconnect()
  }
  const late = comeBack(live, 'one-4')
  await raise(log, 'a', 'g')
  await eventually('it hears on', () => late.heard().length === 2)
  assert.deepEqual(late.heard(), ['f', 'g'])
  assert.equal(late.lastEventId, 'one-7')
})

test('who comes for the first time hears what is shown from then on', async (t) => {
  const { log, live } = await liveWith(t, 'abc')
  const listener = comeBack(live, undefined)
  assert.deepEqual(listener.heard(), [])
  await raise(log, 'd')
  await eventually('it hears', () => listener.heard().length === 1)
  assert.deepEqual(listener.heard(), ['d'])
})

test('who has heard nothing yet can resume too, by the newest id', async (t) => {
  const { log, live } = await liveWith(t, 'abc')
  const known = live.newestId
  assert.equal(known, 'one-2')
  await raise(log, 'd')
  await eventually('it is there', () => live.newestId === 'one-3')
  assert.deepEqual(comeBack(live, known).heard(), ['d'])
})

test('an id that cannot be resumed from is answered by one gap with the list', async (t) => {
  const { log, live } = await liveWith(t, 'abcdef')
  const strangers = [
    '',
    'one',
    'one-',
    'one--1',
    'two-3',
    'nonsense',
    '3',
    'one-6',
    'one-999999999',
  ]
  for (const id of strangers) {
    const listener = comeBack(live, id)
    await eventually(`${id} is answered`, () => listener.events.length > 0)
    const items = live.list({ limit: 1_000 })
    const gap = { name: 'gap', id: 'one-5', data: { items, total: 3 } }
    assert.deepEqual(listener.events, [gap], id)
    listener.disconnect()
  }
  const listener = comeBack(live, 'two-3')
  await raise(log, 'g')
  await eventually('it hears on', () => listener.events.length === 2)
  assert.deepEqual(listener.heard(), ['-', 'g'])
})

test('a gap holds the newest of a long list', async (t) => {
  const log = scriptedLog(1)
  await raise(log, ...Array.from({ length: GAP_ITEMS_MAX + 10 }, (_, i) => `n${i}`))
  const long = startLive(t, log, { bufferSize: 10_000 })
  await ready(long)
  const data = comeBack(long, 'two-3').events[0]?.data as NotificationList
  assert.deepEqual([data.total, data.items.length], [GAP_ITEMS_MAX, GAP_ITEMS_MAX])
  assert.deepEqual([data.items[0]?.id, data.items.at(-1)?.id], ['n10', `n${GAP_ITEMS_MAX + 9}`])
})

test('in an empty log a gap has an empty list and no id', async (t) => {
  const { live } = await liveWith(t, '')
  const listener = comeBack(live, 'two-3')
  assert.deepEqual(listener.events, [{ name: 'gap', data: { items: [], total: 0 } }])
  assert.equal(live.newestId, undefined)
})

test('replay reaches beyond the list up to its limit; further back is a gap', async (t) => {
  const log = scriptedLog(1)
  const count = REPLAY_EVENTS_MAX + 10
  await raise(log, ...Array.from({ length: count }, (_, i) => `n${i}`))
  const live = startLive(t, log, { bufferSize: 3 })
  await ready(live)
  assert.equal(comeBack(live, 'one-9').heard().length, REPLAY_EVENTS_MAX)
  assert.deepEqual(comeBack(live, 'one-8').heard(), ['-'])
})

test('an id whose records were removed is a gap, the one just before them is not', async (t) => {
  const log = scriptedLog(1)
  await raise(log, ...lettersOf('abcdef'))
  log.forget(ALERTS_TOPIC, 3)
  const live = startLive(t, log)
  await ready(live)
  assert.deepEqual(comeBack(live, 'one-1').heard(), ['-'])
  assert.deepEqual(comeBack(live, 'one-2').heard(), lettersOf('def'))
})

test('who was further at another coordinator waits until this one is as far', async (t) => {
  const { log, live } = await liveWith(t, 'abc')
  log.followSize = () => 0
  await raise(log, ...lettersOf('defg'))
  const [same, far] = [comeBack(live, 'one-3'), comeBack(live, 'one-6')]
  await settle()
  assert.deepEqual([same.heard(), far.heard()], [[], []])
  log.followSize = () => 1
  await raise(log, 'h')
  await eventually('they hear on', () => far.heard().length > 0 && same.heard().length === 4)
  assert.deepEqual(same.heard(), lettersOf('efgh'))
  assert.deepEqual(far.heard(), ['h'])
})

test('while nobody can say whether a later record exists, a later id is a gap', async (t) => {
  const { log, live } = await liveWith(t, 'abc')
  log.ends = () => Promise.reject(unavailable())
  const listener = comeBack(live, 'one-7')
  await eventually('it is answered', () => listener.events.length > 0)
  assert.deepEqual(listener.heard(), ['-'])
})

test('who was caught up with before the log said anything hears no gap', async (t) => {
  const { log, live } = await liveWith(t, 'abc')
  const { promise, reject } = Promise.withResolvers<never>()
  log.ends = () => promise
  const listener = comeBack(live, 'one-3')
  await raise(log, 'd', 'e')
  await eventually('it hears on', () => listener.heard().length === 1)
  reject(unavailable())
  await settle()
  assert.deepEqual(listener.heard(), ['e'])
})

test('who comes before the past is folded in resumes once it is', async (t) => {
  const log = scriptedLog(1)
  await raise(log, ...lettersOf('abcdef'))
  let size = 0
  log.followSize = () => size
  const live = startLive(t, log)
  const [resumed, lost, gone] = ['one-3', 'two-3', 'one-3'].map((id) => comeBack(live, id))
  gone?.disconnect()
  size = 2
  await ready(live)
  assert.deepEqual(resumed?.heard(), ['e', 'f'])
  assert.deepEqual(lost?.heard(), ['-'])
  assert.deepEqual(gone?.heard(), [])
})

test('a listener that fails is dropped, the others hear on', async (t) => {
  const { log, live } = await liveWith(t, 'abc')
  let taken = 0
  live.subscribe('one-0', {
    take() {
      taken += 1
      throw new Error('the connection broke')
    },
  })
  const other = comeBack(live, 'one-0')
  await raise(log, 'd')
  await eventually('it hears on', () => other.heard().length === 3)
  assert.equal(taken, 1)
  assert.equal(live.trace.count('live.subscriber-failed'), 1)
})

/** What happens between people, coordinators and the log. */
type Step =
  | { readonly kind: 'raise'; readonly ids: readonly string[] }
  | { readonly kind: 'connect'; readonly listener: number; readonly coordinator: number }
  | { readonly kind: 'disconnect'; readonly listener: number }
  | { readonly kind: 'restart'; readonly coordinator: number }
  | { readonly kind: 'pace'; readonly size: number }
  | { readonly kind: 'wait'; readonly turns: number }

const COORDINATORS = 2
const LISTENERS = 3
const BUFFER_SIZE = 2

const who = { listener: fc.nat(LISTENERS - 1), coordinator: fc.nat(COORDINATORS - 1) }
const oneId = fc.nat(25).map((n) => String.fromCharCode(97 + n))
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('raise' as const), ids: fc.array(oneId, { maxLength: 5 }) }),
    fc.record({ kind: fc.constant('connect' as const), ...who }),
    fc.record({ kind: fc.constant('disconnect' as const), listener: who.listener }),
    fc.record({ kind: fc.constant('restart' as const), coordinator: who.coordinator }),
    fc.record({ kind: fc.constant('pace' as const), size: fc.nat(3) }),
    fc.record({ kind: fc.constant('wait' as const), turns: fc.nat(4) }),
  ),
  { maxLength: 40 },
)

test('property: whoever resumes, wherever and how often, hears each once in order', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const ends: (() => Promise<void>)[] = []
      try {
        await play(all, (end) => void ends.push(end))
      } finally {
        await Promise.all(ends.map((end) => end()))
      }
    }),
    { numRuns: 60 },
  )
})

async function play(all: readonly Step[], after: (end: () => Promise<void>) => void) {
  const [log, pace] = [scriptedLog(1), { size: 3 }]
  const scene = { after: (end: unknown) => after(end as () => Promise<void>) }
  log.followSize = () => pace.size
  await raise(log, 'first')
  const start = () => startLive(scene, log, { bufferSize: BUFFER_SIZE })
  const lives = Array.from({ length: COORDINATORS }, start)
  const listeners = Array.from({ length: LISTENERS }, () => new Listener())
  for (const listener of listeners) listener.lastEventId = 'one-0'
  for (const step of all) await perform(step, log, pace, lives, listeners, start)
  pace.size = 3
  for (const [i, listener] of listeners.entries()) {
    const live = lives[i % COORDINATORS]
    if (live) listener.connect(live)
  }
  const expected = firstOccurrences(log).slice(1)
  await eventually('all have come through', () =>
    listeners.every((listener) => listener.heard().length >= expected.length),
  )
  for (const listener of listeners) assert.deepEqual(listener.heard(), expected)
  const list = ['first', ...expected].slice(-BUFFER_SIZE)
  await eventually('all show the same', () => lives.every((live) => `${live.ids()}` === `${list}`))
}

async function perform(
  step: Step,
  log: ScriptedLog,
  pace: { size: number },
  lives: StartedLive[],
  listeners: readonly Listener[],
  start: () => StartedLive,
): Promise<void> {
  if (step.kind === 'raise') await raise(log, ...step.ids)
  else if (step.kind === 'pace') pace.size = step.size
  else if (step.kind === 'wait') await settle(step.turns)
  else if (step.kind === 'disconnect') listeners[step.listener]?.disconnect()
  else if (step.kind === 'restart') {
    await lives[step.coordinator]?.stop()
    lives[step.coordinator] = start()
  } else {
    const live = lives[step.coordinator]
    if (live) listeners[step.listener]?.connect(live)
  }
}

/** What is shown of records of our own detector: each id once. */
function firstOccurrences(log: ScriptedLog): readonly string[] {
  const ids = log.records(ALERTS_TOPIC).map(({ value }) => JSON.parse(value).notification.id)
  return [...new Set<string>(ids)]
}
