/**
 * The only file that knows the client library: four small faces of it (questions about topics, a
 * producer, a reader of one partition, a member of a group), with numbers in place of big integers
 * and one word for each kind of failure.
 *
 * What the library does by itself that would break our promises is not used: its message streams
 * (they die with the broker and hide which partition is whose) and its `commit` (it joins again by
 * itself and then commits for a partition that may be another member's by now).
 */
import {
  Admin,
  ConnectionPool,
  Consumer,
  findErrorBy,
  GenericError,
  type GroupPartitionsAssigner,
  offsetCommitV8,
  Producer,
} from '@platformatic/kafka'
import { must } from '../../model/must.ts'
import { decodeChunk } from './decode.ts'
import type {
  FailureKind,
  KafkaAdmin,
  KafkaMember,
  KafkaProducer,
  KafkaReader,
  MemberListener,
} from './faces.ts'
import { assignByTopic } from './sharing.ts'
import {
  FETCH_BYTES_MAX,
  FETCH_WAIT_MS,
  HEARTBEATS_PER_SESSION,
  type KafkaWorld,
  RETRY_DELAY_MS,
} from './tuning.ts'

const KIND_OF_API_ERROR: Readonly<Record<string, FailureKind>> = {
  MESSAGE_TOO_LARGE: 'too-large',
  RECORD_LIST_TOO_LARGE: 'too-large',
  OFFSET_OUT_OF_RANGE: 'out-of-range',
  TOPIC_ALREADY_EXISTS: 'exists',
  UNKNOWN_MEMBER_ID: 'not-a-member',
  FENCED_INSTANCE_ID: 'not-a-member',
  ILLEGAL_GENERATION: 'moving',
  REBALANCE_IN_PROGRESS: 'moving',
}

/** Undefined for what did not come from Kafka: a bug. */
export function failureOf(error: unknown): FailureKind | undefined {
  if (!(error instanceof Error) || !GenericError.isGenericError(error as GenericError)) return
  for (const [apiId, kind] of Object.entries(KIND_OF_API_ERROR)) {
    if (findErrorBy(error, 'apiId', apiId)) return kind
  }
  // The library reports it under no code of its own.
  return /^Unknown topic /.test(error.message) ? 'unknown-topic' : 'away'
}

const COMMON = { retryDelay: RETRY_DELAY_MS, strict: true }
/** Whoever asks tries again anyway; these cover a topic that brokers are just learning of. */
const RETRIES_FEW = 3

function common({ bootstrap, tuning }: KafkaWorld, role: string) {
  return {
    ...COMMON,
    clientId: `energyguard-${role}`,
    bootstrapBrokers: [...bootstrap],
    connectTimeout: tuning.patienceMs,
    requestTimeout: tuning.patienceMs,
  }
}

const ANSWERED = 'an answer about a topic names it'
const LIST_FIRST = -2n
const LIST_NEXT = -1n
/** Only what is committed, as readers see it. */
const READ_COMMITTED = 1

export function openAdmin(world: KafkaWorld): KafkaAdmin {
  const admin = new Admin({ ...common(world, 'admin'), retries: RETRIES_FEW })
  return {
    async brokers() {
      return (await admin.metadata({ topics: [], forceUpdate: true })).brokers.size
    },
    topics: () => admin.listTopics(),
    async topic(name) {
      const { topics } = await admin.metadata({ topics: [name], forceUpdate: true })
      const facts = must(topics.get(name), ANSWERED)
      const isLed = facts.partitions.every(({ leader }) => leader >= 0)
      return { id: facts.id, partitions: facts.partitionsCount, isLed }
    },
    async create(name, partitions, replicas, configs) {
      const list = Object.entries(configs).map((entry) => ({ name: entry[0], value: entry[1] }))
      await admin.createTopics({ topics: [name], partitions, replicas, configs: list })
    },
    async offsets(topic, partitions, end) {
      const timestamp = end === 'first' ? LIST_FIRST : LIST_NEXT
      const asked = partitions.map((partitionIndex) => ({ partitionIndex, timestamp }))
      const listed = await admin.listOffsets({
        topics: [{ name: topic, partitions: asked }],
        isolationLevel: READ_COMMITTED,
      })
      return inOrder(partitions, listed[0]?.partitions ?? [], ({ offset }) => offset)
    },
    async committed(groupId, topic, partitions) {
      const topics = [{ name: topic, partitionIndexes: [...partitions] }]
      const groups = await admin.listConsumerGroupOffsets({ groups: [{ groupId, topics }] })
      const listed = groups[0]?.topics[0]?.partitions ?? []
      return inOrder(partitions, listed, ({ committedOffset }) => committedOffset)
    },
    close: () => admin.close(),
  }
}

function inOrder<One extends { readonly partitionIndex: number }>(
  partitions: readonly number[],
  listed: readonly One[],
  offsetOf: (one: One) => bigint,
): readonly number[] {
  const found = new Map(listed.map((one) => [one.partitionIndex, Number(offsetOf(one))]))
  return partitions.map((partition) => found.get(partition) ?? -1)
}

/**
 * Idempotent: a request that is sent again after a broken connection is stored once. One `send`
 * names one partition, because the library sends what belongs to several to the leader of the first
 * when leaders move.
 */
export function openProducer(world: KafkaWorld): KafkaProducer {
  const producer = new Producer({
    ...common(world, 'producer'),
    idempotent: true,
    retries: Number.MAX_SAFE_INTEGER,
  })
  return {
    async partitions(topic) {
      const { topics } = await producer.metadata({ topics: [topic], retries: RETRIES_FEW })
      return must(topics.get(topic), ANSWERED).partitionsCount
    },
    async send(topic, partition, messages) {
      const list = messages.map(({ key, value }) => ({
        topic,
        partition,
        value,
        ...(key && { key }),
      }))
      const { offsets } = await producer.send({ messages: list })
      return Number(offsets?.[0]?.offset ?? -1)
    },
    close: () => producer.close(),
  }
}

/** A connection of its own for each partition, so that a quiet one never holds up a busy one. */
export function openReader(world: KafkaWorld, topic: string, partition: number): KafkaReader {
  const consumer = new Consumer({
    ...common(world, 'reader'),
    groupId: 'energyguard-readers-join-no-group',
    requestTimeout: FETCH_WAIT_MS + world.tuning.patienceMs,
    retries: 0,
  })
  consumer.topics.track(topic)
  const request = (fetchOffset: bigint) => ({
    partition,
    fetchOffset,
    partitionMaxBytes: FETCH_BYTES_MAX,
    currentLeaderEpoch: -1,
    lastFetchedEpoch: -1,
  })
  return {
    async fetch(from) {
      const { topics } = await consumer.metadata({ topics: [topic] })
      const facts = topics.get(topic)
      const { responses } = await consumer.fetch({
        node: facts?.partitions[partition]?.leader ?? -1,
        topics: [{ topicId: facts?.id ?? '', partitions: [request(BigInt(from))] }],
        maxBytes: FETCH_BYTES_MAX,
        maxWaitTime: FETCH_WAIT_MS,
        isolationLevel: READ_COMMITTED,
      })
      return decodeChunk(partition, from, responses[0]?.partitions[0]?.records ?? [])
    },
    close: () => consumer.close(),
  }
}

export function openMember(
  world: KafkaWorld,
  topic: string,
  groupId: string,
  listener: MemberListener,
): KafkaMember {
  const options = common(world, 'member')
  const consumer = new Consumer({ ...options, ...groupOptions(world), groupId })
  const connections = new ConnectionPool(options.clientId, options)
  consumer.topics.track(topic)
  consumer.on('consumer:group:join', ({ memberId, generationId = -1, assignments = [] }) => {
    const own = assignments.find((assignment) => assignment.topic === topic)
    listener.joined({ memberId, generation: generationId, partitions: own?.partitions ?? [] })
  })
  consumer.on('error', (error: unknown) => listener.lost(error))
  // A coordinator that has left the cluster: the library would ask for it for ever.
  consumer.on('consumer:heartbeat:stalled', ({ lastError }) => {
    if (findErrorBy(lastError, 'hasStaleMetadata', true)) listener.lost(lastError)
  })
  return {
    async join() {
      await consumer.joinGroup()
    },
    async commit({ memberId, generation }, partition, next) {
      const connection = await connections.get(await coordinatorOf(consumer, topic))
      const place = { partitionIndex: partition, committedOffset: BigInt(next) }
      const partitions = [{ ...place, committedLeaderEpoch: -1, committedMetadata: null }]
      const topics = [{ name: topic, partitions }]
      await offsetCommitV8.api.async(connection, groupId, generation, memberId, null, topics)
    },
    async leave() {
      await Promise.all([consumer.close(true), connections.close()])
    },
    async abandon() {
      await Promise.all([consumer.connections.close(), connections.close()])
    },
  }
}

function groupOptions({ tuning: { sessionTimeoutMs, patienceMs } }: KafkaWorld) {
  return {
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: sessionTimeoutMs,
    heartbeatStallTimeout: sessionTimeoutMs,
    heartbeatInterval: sessionTimeoutMs / HEARTBEATS_PER_SESSION,
    // A join waits at the broker until all members have come or have lost their session.
    requestTimeout: sessionTimeoutMs + patienceMs,
    partitionAssigner: assignPartitions,
    retries: RETRIES_FEW,
  }
}

async function coordinatorOf(consumer: Consumer, topic: string) {
  const node = await consumer.findGroupCoordinator()
  const { brokers } = consumer.currentMetadata ?? (await consumer.metadata({ topics: [topic] }))
  const broker = brokers.get(node)
  if (!broker) throw new GenericError('PLT_KFK_NETWORK', `Broker ${node} is not there.`)
  return broker
}

/** The library's own assigner gives every topic to every member. */
const assignPartitions: GroupPartitionsAssigner = (_leader, members, _topics, { topics }) => {
  const wishes = new Map([...members].map(([id, member]) => [id, member.topics ?? []]))
  const counts = new Map([...topics].map(([topic, facts]) => [topic, facts.partitionsCount]))
  return [...assignByTopic(wishes, counts)].map(([memberId, share]) => {
    const assignments = [...share].map(([topic, own]) => ({ topic, partitions: [...own] }))
    return { memberId, assignments: new Map(assignments.map((one) => [one.topic, one])) }
  })
}
