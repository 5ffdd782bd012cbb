/**
 * Topics: made when they are missing, and what is known about them.
 */
import type { PartitionEnds, TopicDeclaration } from '../../ports/log.ts'
import { LogError } from '../../ports/log.ts'
import { failureOf } from './client.ts'
import type { KafkaAdmin } from './faces.ts'
import { unavailable } from './failures.ts'
import { ask } from './outage.ts'
import { type KafkaWorld, REPLICAS_MAX, RETRY_DELAY_MS } from './tuning.ts'

export async function declareTopics(
  world: KafkaWorld,
  admin: KafkaAdmin,
  topics: readonly TopicDeclaration[],
): Promise<void> {
  const [brokers, known] = await ask(world, '', () =>
    Promise.all([admin.brokers(), admin.topics()]),
  )
  const missing = topics.filter(({ name }) => !known.includes(name))
  for (const topic of missing) await make(world, admin, topic, Math.min(REPLICAS_MAX, brokers))
}

/** Resolves when records can go in. */
async function make(
  world: KafkaWorld,
  admin: KafkaAdmin,
  topic: TopicDeclaration,
  replicas: number,
): Promise<void> {
  const { name, partitions } = topic
  await ask(world, name, async () => {
    try {
      await admin.create(name, partitions, replicas, configsOf(topic, replicas))
    } catch (error) {
      if (failureOf(error) !== 'exists') throw error
    }
  })
  const endMs = world.clock.monotonicMs() + world.tuning.patienceMs
  while (!(await isReady(world, admin, name))) {
    if (world.clock.monotonicMs() > endMs) {
      throw unavailable(world.bootstrap, new Error(`the new topic ${name} has no leader`))
    }
    await world.clock.sleep(RETRY_DELAY_MS)
  }
}

async function isReady(world: KafkaWorld, admin: KafkaAdmin, name: string): Promise<boolean> {
  try {
    return (await ask(world, name, () => admin.topic(name))).isLed
  } catch (error) {
    if (error instanceof LogError && error.code === 'unknown-topic') return false
    throw error
  }
}

/** The segment that is being written is never compacted, and readers read it whole: a small one. */
const COMPACTED = {
  'cleanup.policy': 'compact',
  'segment.bytes': String(8 * 1024 * 1024),
  'segment.ms': String(60 * 60_000),
  'min.cleanable.dirty.ratio': '0.1',
}

/** Exported for its test: what a declaration means to Kafka. */
export function configsOf(
  { compacted, retentionMs }: TopicDeclaration,
  replicas: number,
): Readonly<Record<string, string>> {
  return {
    // Records are stamped when the log takes them, so a sender's wrong clock removes none early.
    'message.timestamp.type': 'LogAppendTime',
    // What was acknowledged outlives the loss of a broker where there are three.
    'min.insync.replicas': String(Math.max(1, replicas - 1)),
    ...(compacted
      ? COMPACTED
      : { 'cleanup.policy': 'delete', 'retention.ms': String(retentionMs ?? -1) }),
  }
}

export async function endsOf(
  world: KafkaWorld,
  admin: KafkaAdmin,
  topic: string,
): Promise<readonly PartitionEnds[]> {
  return ask(world, topic, async () => {
    const { partitions: count } = await admin.topic(topic)
    const partitions = Array.from({ length: count }, (_, partition) => partition)
    const [firsts, nexts] = await Promise.all([
      admin.offsets(topic, partitions, 'first'),
      admin.offsets(topic, partitions, 'next'),
    ])
    return partitions.map((partition) => ({
      partition,
      first: firsts[partition] ?? 0,
      next: nexts[partition] ?? 0,
    }))
  })
}

export async function lagOf(
  world: KafkaWorld,
  admin: KafkaAdmin,
  topic: string,
  group: string,
): Promise<readonly { partition: number; records: number }[]> {
  const ends = await endsOf(world, admin, topic)
  const partitions = ends.map(({ partition }) => partition)
  const committed = await ask(world, topic, () => admin.committed(group, topic, partitions))
  return ends.map(({ partition, first, next }) => {
    const done = Math.max(first, committed[partition] ?? first)
    return { partition, records: Math.max(0, next - done) }
  })
}
