/**
 * Apache Kafka takes the contract suite of the Log port, on a real broker, and a few tests of its
 * own kind: how topics are made, what other clients write, and how partitions change hands. Brokers
 * that die: kafka-outage.test.ts.
 */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { openKafkaLog } from '../../src/adapters/kafka-log.ts'
import { systemClock } from '../../src/adapters/system-clock.ts'
import { LogError } from '../../src/ports/log.ts'
import { eventually } from '../support/eventually.ts'
import {
  type Compression,
  configsOf,
  countRequests,
  createTopic,
  removeAllRecords,
  removeTopic,
  writeAsAnotherClient,
} from '../support/kafka-admin.ts'
import { assertContiguous, joinGroup, numbered, startFollowing } from '../support/log-readers.ts'
import { type LogUnderTest, newName, openDesk } from '../support/log-under-test.ts'
import { sharedKafka } from '../support/shared-kafka.ts'
import { silentTrace } from '../support/traces.ts'
import { logSuite } from './log.suite.ts'

const { bootstrap, skip } = await sharedKafka()
/** Short, because the tests of dead members wait for it. */
const options = { bootstrap: [bootstrap], sessionTimeoutMs: 3_000 }

async function openUnderTest(): Promise<LogUnderTest> {
  return {
    description: { kind: 'kafka', options },
    open: async () => openKafkaLog({ ...options, clock: systemClock, trace: silentTrace }),
    groups: 'shares-partitions',
    expire: (topic) => removeAllRecords(bootstrap, topic),
  }
}

if (skip) test('kafka takes the suite of the Log port', { skip }, () => {})
else logSuite('kafka', openUnderTest)

const desk = (t: TestContext, partitions = 1) => openDesk(t, openUnderTest, { partitions })

test('topics are made as they are declared', { skip }, async (t) => {
  const { log } = await desk(t)
  const [kept, compacted, forEver] = [newName('kept'), newName('compacted'), newName('for-ever')]
  await log.declare([
    { name: kept, partitions: 3, retentionMs: 86_400_000 },
    { name: compacted, partitions: 2, compacted: true },
    { name: forEver, partitions: 1 },
  ])
  assert.equal((await log.ends(kept)).length, 3)
  assert.equal((await log.ends(compacted)).length, 2)
  const settings = async (topic: string, ...names: readonly string[]) => {
    const configs = await configsOf(bootstrap, topic)
    return names.map((name) => configs.get(name))
  }
  assert.deepEqual(await settings(kept, 'retention.ms', 'cleanup.policy'), ['86400000', 'delete'])
  assert.deepEqual(await settings(compacted, 'cleanup.policy'), ['compact'])
  assert.deepEqual(await settings(forEver, 'retention.ms', 'cleanup.policy'), ['-1', 'delete'])
  assert.deepEqual(await settings(kept, 'message.timestamp.type'), ['LogAppendTime'])
})

test('a key goes where the client of Java sends it', { skip }, async (t) => {
  const { log, topic } = await desk(t, 12)
  const keys = Array.from({ length: 40 }, (_, floor) => String(floor))
  await log.append(
    topic,
    keys.map((key) => ({ key, value: 'ours' })),
  )
  const foreign = keys.map((key) => ({ key: Buffer.from(key), value: Buffer.from('theirs') }))
  await writeAsAnotherClient(bootstrap, topic, foreign)
  const follower = startFollowing(log, topic, 'oldest')
  await follower.has(2 * keys.length)
  await follower.leave()
  for (const [key, own] of Map.groupBy(follower.records, (record) => record.key)) {
    assert.equal(own.length, 2)
    assert.equal(own[0]?.partition, own[1]?.partition, `partition of ${key}`)
  }
})

test('what other clients write comes through, text or not, packed or not', { skip }, async (t) => {
  const { log, topic, group } = await desk(t)
  const packings: readonly Compression[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']
  for (const packing of packings) {
    const named = { key: Buffer.from(packing), value: Buffer.from(`{"packing":"${packing}"}`) }
    const strange = {
      value: Buffer.from([0xff, 0xfe, 0x00, 0x80]),
      headers: { a: Buffer.from('b') },
    }
    await writeAsAnotherClient(bootstrap, topic, [named, strange, { key: named.key }], packing)
  }
  const member = joinGroup(log, topic, group)
  await member.has(3 * packings.length)
  await member.leave()
  const expected = packings.flatMap((packing) => [
    { key: packing, value: `{"packing":"${packing}"}` },
    { key: null, value: '\ufffd\ufffd\u0000\ufffd' },
    { key: packing, value: '' },
  ])
  const found = member.records.map(({ key, value }) => ({ key, value }))
  assert.deepEqual(found, expected)
  assertContiguous(member.records)
  assert.deepEqual(await log.lag(topic, group), [{ partition: 0, records: 0 }])
})

test('appends of one turn travel together', { skip }, async (t) => {
  const { log, topic } = await desk(t)
  await log.append(topic, numbered(1))
  await Promise.all(numbered(100).map((record) => log.append(topic, [record])))
  const requests = await countRequests(bootstrap, topic)
  assert.ok(requests <= 3, `${requests} requests for 101 records`)
})

test('a topic that takes little at a time gets little at a time', { skip }, async (t) => {
  const { log } = await desk(t)
  const topic = newName('narrow')
  await createTopic(bootstrap, topic, { 'max.message.bytes': '4000' })
  const records = Array.from({ length: 40 }, () => ({ key: 'k', value: 'x'.repeat(500) }))
  const placed = await log.append(topic, records)
  assert.deepEqual(
    placed.map(({ offset }) => offset),
    records.map((_, index) => index),
  )
})

test('a record that is too large does not take its neighbours with it', { skip }, async (t) => {
  const { log, topic } = await desk(t)
  const append = (value: string) => log.append(topic, [{ key: 'k', value }])
  const large = 'x'.repeat(2_000_000)
  const settled = await Promise.allSettled([append('before'), append(large), append('after')])
  assert.deepEqual(
    settled.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
  const { reason } = settled[1] as PromiseRejectedResult
  assert.ok(reason instanceof LogError && reason.code === 'record-too-large')
})

test('a member keeps what stays its own when others come and go', { skip }, async (t) => {
  const { log, topic, group, open } = await desk(t, 4)
  const first = joinGroup(log, topic, group)
  await first.until('it has all', () => first.partitions().length === 4)
  const second = joinGroup(await open(), topic, group)
  await second.until('both have some', () => second.partitions().length === 2)
  await first.until('it has given some', () => first.partitions().length === 2)
  const kept = first.partitions()
  await log.append(topic, numbered(40))
  await first.until('both have read', () => first.records.length + second.records.length === 40)
  await second.leave()
  await first.until('it has all again', () => first.partitions().length === 4)
  await first.leave()
  assert.deepEqual(new Set(first.commits), new Set(['committed']))
  const moves = first.events.flatMap((event) => (event.kind === 'batch' ? [] : [event]))
  const movesOfKept = moves.filter(({ partition }) => kept.includes(partition))
  assert.deepEqual(
    movesOfKept.map(({ kind }) => kind),
    ['assigned', 'assigned'],
  )
})

test('a group is told of a gap by being assigned anew', { skip }, async (t) => {
  const { log, topic, group } = await desk(t)
  await log.append(topic, numbered(1, 'first'))
  const value = 'x'.repeat(250_000)
  const member = joinGroup(log, topic, group, {
    batchRecordsMax: 1,
    async commitIf([record]) {
      if (record?.value !== 'first0') return true
      // More than is read ahead, then gone.
      for (let round = 0; round < 8; round += 1) {
        await log.append(topic, Array(4).fill({ key: 'k', value }))
      }
      await removeAllRecords(bootstrap, topic)
      await log.append(topic, numbered(1, 'last'))
      return true
    },
  })
  await member.until('the last has come', () => member.values().includes('last0'))
  await member.leave()
  const places = member.events.flatMap((event) =>
    event.kind === 'assigned' ? [event.nextOffset] : [],
  )
  assert.deepEqual(places, [0, 33])
  assert.ok(member.events.some(({ kind }) => kind === 'revoked'))
  assert.deepEqual(await log.lag(topic, group), [{ partition: 0, records: 0 }])
})

test('a follower of a topic that was made anew is told, and has all of it', { skip }, async (t) => {
  const { log, topic, open } = await desk(t)
  await log.append(topic, numbered(10))
  const follower = startFollowing(log, topic, 'oldest')
  await follower.has(10)
  const before = await log.generation(topic)
  await removeTopic(bootstrap, topic)
  const other = await open()
  await eventually('it is gone', () => other.ends(topic).then(() => false, isUnknown))
  await other.declare([{ name: topic, partitions: 1 }])
  await other.append(topic, numbered(2, 'new'))
  await follower.has(12)
  await follower.leave()
  assert.deepEqual(follower.gaps, [{ kind: 'gap', partition: 0, from: 10, to: 0 }])
  assert.deepEqual(follower.values().slice(10), ['new0', 'new1'])
  assert.notEqual(await other.generation(topic), before)
})

const isUnknown = (error: unknown) => error instanceof LogError && error.code === 'unknown-topic'
