/**
 * The Log port on a Kafka broker that is killed, freezes and comes back: what was acknowledged is
 * there, readers go on by themselves, and nobody waits for ever.
 */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type KafkaLogOptions, openKafkaLog } from '../../src/adapters/kafka-log.ts'
import { systemClock } from '../../src/adapters/system-clock.ts'
import { must } from '../../src/model/must.ts'
import { type Log, LogError } from '../../src/ports/log.ts'
import { eventually } from '../support/eventually.ts'
import { joinGroup, numbered, startFollowing } from '../support/log-readers.ts'
import { newName } from '../support/log-under-test.ts'
import { ownBroker } from '../support/shared-kafka.ts'
import { recordingTrace, silentTrace } from '../support/traces.ts'

const { broker: own, skip } = await ownBroker()

/** A topic on the broker, and clients that are closed with the test. */
async function openPlace(t: TestContext, partitions = 1) {
  const broker = must(own, 'the broker was started')
  const open = (changes: Partial<KafkaLogOptions> = {}): Log => {
    const options = { bootstrap: [broker.bootstrap], clock: systemClock, trace: silentTrace }
    const log = openKafkaLog({ ...options, ...changes })
    t.after(() => log.close())
    return log
  }
  // A test that failed while it was frozen must not spoil those behind it.
  t.after(() => broker.thaw())
  const topic = newName('topic')
  const log = open()
  await log.declare([{ name: topic, partitions }])
  return { broker, open, log, topic, group: newName('group') }
}

/** Nobody waits so long when all is well. */
const RESTART_MS_MAX = 60_000
/** What would wait for ever waits so long, and a whole test does not last it. */
const FOR_EVER_MS = 300_000
const TEST_MS_MAX = 240_000
/** For members whose commits wait for the broker. */
const PATIENT = { patienceMs: 60_000 }
const IMPATIENT = { patienceMs: 1_000 }

const isUnavailable = (error: unknown) => error instanceof LogError && error.code === 'unavailable'

test('what was acknowledged outlives a broker that is killed', { skip }, async (t) => {
  const { broker, open, log, topic, group } = await openPlace(t, 3)
  const members = [0, 1].map(() => joinGroup(open(PATIENT), topic, group))
  const follower = startFollowing(open(), topic, 'oldest')
  for (const member of members) {
    await member.until('it shares', () => [1, 2].includes(member.partitions().length))
  }
  const writers = writeUntilStopped(log, topic, 4)
  for (let round = 1; round <= 2; round += 1) {
    const before = writers.acknowledged.length
    await eventually('it flows', () => writers.acknowledged.length > before + 200)
    await broker.kill()
    await broker.start()
  }
  const back = writers.acknowledged.length
  await eventually('it flows again', () => writers.acknowledged.length > back + 200, RESTART_MS_MAX)
  await writers.stop()
  const consumed = () => new Set(members.flatMap((member) => member.values()))
  const isThrough = () => consumed().isSupersetOf(new Set(writers.acknowledged))
  for (const member of members) await member.until('all has come', isThrough)
  await follower.until('it has all', () =>
    new Set(follower.values()).isSupersetOf(new Set(writers.acknowledged)),
  )
  for (const reader of [...members, follower]) await reader.leave()
  assertInOrder(follower.values(), 4)
})

interface Writers {
  /** Values that an append has resolved for. */
  readonly acknowledged: readonly string[]
  stop(): Promise<void>
}

/** Each writer appends `{writer}-{number}` one after the other, again when it was refused. */
function writeUntilStopped(log: Log, topic: string, count: number): Writers {
  const acknowledged: string[] = []
  let isStopped = false
  const write = async (writer: number) => {
    for (let number = 0; !isStopped; ) {
      const value = `${writer}-${number}`
      try {
        await log.append(topic, [{ key: `k${writer}`, value }])
        acknowledged.push(value)
        number += 1
      } catch (error) {
        assert.ok(isUnavailable(error), String(error))
        await sleep(50)
      }
    }
  }
  const all = Promise.all(Array.from({ length: count }, (_, writer) => write(writer)))
  return {
    acknowledged,
    async stop() {
      isStopped = true
      await all
    },
  }
}

/** A record may stand there twice after a refusal, but what comes later never stands before it. */
function assertInOrder(values: readonly string[], writers: number): void {
  for (let writer = 0; writer < writers; writer += 1) {
    const own = [...new Set(values.filter((value) => value.startsWith(`${writer}-`)))]
    assert.deepEqual(
      own,
      own.map((_, number) => `${writer}-${number}`),
    )
  }
}

test('an append while the broker is away is refused, and none arrives later', {
  skip,
}, async (t) => {
  const { broker, open, topic } = await openPlace(t)
  const [log, trace] = [open(IMPATIENT), recordingTrace()]
  const follower = startFollowing(open({ trace }), topic, 'oldest')
  // Its patience is short: a busy broker may take the first one late, or twice.
  const before = () => log.append(topic, numbered(1, 'before')).catch(() => undefined)
  await eventually('the first goes through', before)
  await follower.has(1)
  await broker.kill()
  const append = (prefix: string) => log.append(topic, numbered(1, prefix))
  const settled = await Promise.allSettled([append('given-up'), append('given-up')])
  for (const one of settled) assert.ok(one.status === 'rejected' && isUnavailable(one.reason))
  await assert.rejects(log.ends(topic), isUnavailable)
  await broker.start()
  await eventually('it goes through', () => append('after').catch(() => undefined), RESTART_MS_MAX)
  await follower.until('it has come', () => follower.values().includes('after0'))
  await follower.leave()
  assert.deepEqual([...new Set(follower.values())], ['before0', 'after0'])
  assert.equal(trace.facts.filter(({ level }) => level === 'warn').length, 1, 'said once')
  assert.equal(trace.count('log.waiting.over'), 1, 'its end, too')
})

test('a commit that gets no answer is refused, and goes through later', { skip }, async (t) => {
  const { broker, open, log, topic, group } = await openPlace(t)
  await log.append(topic, numbered(3))
  const stop = new AbortController()
  const limits = { batchRecordsMax: 10 }
  for await (const event of open(IMPATIENT).consume(topic, group, stop.signal, limits)) {
    if (event.kind !== 'batch') continue
    await broker.freeze()
    await assert.rejects(event.batch.commit(), isUnavailable)
    broker.thaw()
    const commit = () => event.batch.commit().catch(() => undefined)
    assert.equal(await eventually('it goes through', commit), 'committed')
    break
  }
  assert.deepEqual(await log.lag(topic, group), [{ partition: 0, records: 0 }])
})

test('readers leave a broker that does not answer', { skip, timeout: TEST_MS_MAX }, async (t) => {
  const { broker, open, log, topic, group } = await openPlace(t)
  await log.append(topic, numbered(3))
  // Its requests would wait as long.
  const [slow, other] = [open({ sessionTimeoutMs: FOR_EVER_MS }), open({ patienceMs: FOR_EVER_MS })]
  const member = joinGroup(slow, topic, group)
  await member.until('it has committed', () => member.commits.length > 0)
  const readers = [member, startFollowing(slow, topic, 'oldest')]
  for (const reader of readers) await reader.has(3)
  await broker.freeze()
  const beginning = [joinGroup(other, topic, newName('group')), startFollowing(other, topic, [])]
  await sleep(50)
  for (const reader of [...readers, ...beginning]) await reader.leave()
  await Promise.all([slow, other].map((one) => one.close()))
  broker.thaw()
})

test('readers leave a broker that is away, and wait for one that comes', { skip }, async (t) => {
  const { broker, open, log, topic, group } = await openPlace(t)
  await log.append(topic, numbered(3))
  const member = joinGroup(open(), topic, group)
  const leaving = [member, startFollowing(open(), topic, 'oldest')]
  for (const reader of leaving) await reader.has(3)
  // A commit that is under way would be refused, which is another story.
  await member.until('it has committed', () => member.commits.length > 0)
  await broker.kill()
  for (const reader of leaving) await reader.leave()

  const other = newName('group')
  const waiting = [joinGroup(open(), topic, other), startFollowing(open(), topic, 'oldest')]
  const late = joinGroup(open(), topic, other)
  await sleep(50)
  await late.leave()
  assert.deepEqual(late.events, [])
  await broker.start()
  for (const reader of waiting) await reader.has(3)
  for (const reader of waiting) await reader.leave()
})
