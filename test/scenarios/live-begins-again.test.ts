/**
 * The alerts log begins again lower: the topic was made anew, or its end was lost with a broker.
 * Coordinators show what stands in it now, and whoever listens is told that something was missed.
 */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { ALERTS_TOPIC } from '../../src/model/topics.ts'
import type { Log } from '../../src/ports/log.ts'
import { eventually } from '../support/eventually.ts'
import { foreignAlert, Listener, raise, ready, settle, startLive } from '../support/live-world.ts'
import { type ScriptedLog, scriptedLog } from '../support/scripted-log.ts'

/** Is the one, and after `lose` the other: its followers are told so and go on at its beginning. */
function twoLogs(former: ScriptedLog, later: ScriptedLog) {
  const lost = new AbortController()
  const now = () => (lost.signal.aborted ? later : former)
  const log: Log = {
    ...former,
    append: (topic, records) => now().append(topic, records),
    generation: (topic) => now().generation(topic),
    ends: (topic) => now().ends(topic),
    async *follow(topic, start, signal) {
      const followed = now()
      const until = AbortSignal.any(followed === later ? [signal] : [signal, lost.signal])
      let from = 0
      for await (const event of followed.follow(topic, start, until)) {
        if (event.kind === 'records') from = (event.records.at(-1)?.offset ?? 0) + 1
        yield event
      }
      if (signal.aborted) return
      yield { kind: 'gap', partition: 0, from, to: 0 }
      yield* later.follow(topic, 'oldest', signal)
    },
  }
  return { log, lose: () => lost.abort() }
}

async function liveBefore(t: TestContext, generation: string) {
  const [former, later] = [scriptedLog(1), scriptedLog(1)]
  later.generation = async () => generation
  const { log, lose } = twoLogs(former, later)
  await raise(former, 'a', 'b', 'c')
  const live = startLive(t, log)
  await ready(live)
  return { live, log, later, lose, listener: new Listener().connect(live) }
}

test('of a topic that was made anew everything is shown', async (t) => {
  const { live, log, later, lose, listener } = await liveBefore(t, 'two')
  await raise(log, 'd')
  await eventually('it hears', () => listener.heard().length === 1)
  await raise(later, 'new-1', 'new-2')
  lose()
  await eventually('it is told', () => listener.heard().length === 2)
  assert.deepEqual([live.ids(), live.unread()], [['new-1', 'new-2'], 2])
  assert.deepEqual(listener.events.at(-1), {
    ...{ name: 'gap', id: 'two-1' },
    data: { items: live.list({ limit: 10 }), total: 2 },
  })
  await raise(log, 'new-3')
  await eventually('it hears on', () => listener.heard().length === 3)
  assert.deepEqual(listener.heard(), ['d', '-', 'new-3'])
  assert.deepEqual([listener.lastEventId, live.newestId], ['two-2', 'two-2'])
  const told = await live.broadcast(foreignAlert(0))
  assert.deepEqual(told, { kind: 'done', accepted: 1, suppressed: 0 })
  assert.equal(live.ids().length, 4)
  assert.equal(live.trace.count('live.begins-again'), 1)
})

test('what a log has lost with its end leaves the list, what it kept stays', async (t) => {
  const { live, later, lose, listener } = await liveBefore(t, 'one')
  await raise(later, 'a', 'x')
  lose()
  await eventually('it is told', () => listener.heard().length > 0)
  assert.deepEqual(listener.heard(), ['-'])
  assert.deepEqual([live.ids(), live.newestId], [['a', 'x'], 'one-1'])
})

test('until a log that begins again has been read, nothing is told of it', async (t) => {
  const { live, later, lose, listener } = await liveBefore(t, 'two')
  await raise(later, 'x', 'y')
  let paces = [1, 0]
  later.followSize = () => (paces.length > 1 ? paces.shift() : paces[0]) ?? 0
  lose()
  await eventually('the first is folded in', () => `${live.ids()}` === 'x')
  await settle()
  const early = new Listener()
  early.lastEventId = 'one-1'
  early.connect(live)
  assert.deepEqual([live.isReady, live.newestId, listener.heard()], [false, undefined, []])
  paces = [1]
  await ready(live)
  assert.deepEqual([listener.heard(), early.heard()], [['-'], ['-']])
  assert.deepEqual(live.ids(), ['x', 'y'])
})

test('a broadcast waits until the log that begins again has been read', async (t) => {
  const { live, later, lose } = await liveBefore(t, 'two')
  await raise(later, 'x')
  let pace = 0
  later.followSize = () => pace
  lose()
  await eventually('it reads anew', () => !live.isReady)
  const sent = live.broadcast(foreignAlert(0))
  await settle()
  pace = 1
  assert.deepEqual(await sent, { kind: 'done', accepted: 1, suppressed: 0 })
})

test('who waits for a record that was lost is answered by what there is', async (t) => {
  const { live, log, later, lose } = await liveBefore(t, 'one')
  const far = new Listener()
  far.lastEventId = 'one-9'
  log.ends = () => new Promise(() => {})
  far.connect(live)
  await settle()
  assert.deepEqual(far.heard(), [])
  log.ends = (topic) => later.ends(topic)
  await raise(later, 'x')
  lose()
  await eventually('it is told', () => far.heard().length > 0)
  assert.deepEqual([far.heard(), later.records(ALERTS_TOPIC).length], [['-'], 1])
})
