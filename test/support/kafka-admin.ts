/**
 * What tests do to a broker beside the adapter, as an operator or another client would.
 */
import {
  Admin,
  ConfigResourceTypes,
  Consumer,
  compatibilityPartitioner,
  Producer,
} from '@platformatic/kafka'
import { must } from '../../src/model/must.ts'

const common = (bootstrap: string) => ({
  clientId: 'another-client',
  bootstrapBrokers: [bootstrap],
  retryDelay: 100,
})

async function asOperator<T>(bootstrap: string, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new Admin(common(bootstrap))
  try {
    return await work(admin)
  } finally {
    await admin.close()
  }
}

/** What retention does when its time has come. */
export function removeAllRecords(bootstrap: string, topic: string): Promise<void> {
  return asOperator(bootstrap, async (admin) => {
    const { topics } = await admin.metadata({ topics: [topic] })
    const count = must(topics.get(topic)).partitionsCount
    const partitions = Array.from({ length: count }, (_, partition) => ({ partition, offset: -1n }))
    await admin.deleteRecords({ topics: [{ name: topic, partitions }] })
  })
}

/** Resolves when the broker has been asked; it is gone a little later. */
export function removeTopic(bootstrap: string, topic: string): Promise<void> {
  return asOperator(bootstrap, (admin) => admin.deleteTopics({ topics: [topic] }))
}

type Configs = Readonly<Record<string, string>>

export function createTopic(bootstrap: string, topic: string, configs: Configs): Promise<void> {
  return asOperator(bootstrap, async (admin) => {
    const list = Object.entries(configs).map((entry) => ({ name: entry[0], value: entry[1] }))
    await admin.createTopics({ topics: [topic], partitions: 1, replicas: 1, configs: list })
  })
}

/** Those of a topic, as the broker holds them. */
export function configsOf(bootstrap: string, topic: string): Promise<ReadonlyMap<string, string>> {
  return asOperator(bootstrap, async (admin) => {
    const [described] = await admin.describeConfigs({
      resources: [{ resourceType: ConfigResourceTypes.TOPIC, resourceName: topic }],
    })
    return new Map(must(described).configs.map(({ name, value }) => [name, value ?? '']))
  })
}

export interface ForeignRecord {
  readonly key?: Buffer
  readonly value?: Buffer
  readonly headers?: Record<string, Buffer>
}

export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'

/** As another client writes, which chooses partitions like that of Java. */
export async function writeAsAnotherClient(
  bootstrap: string,
  topic: string,
  records: readonly ForeignRecord[],
  compression: Compression = 'none',
): Promise<void> {
  const producer = new Producer({
    ...common(bootstrap),
    partitioner: compatibilityPartitioner,
    serializers: { headerKey: (name: unknown) => Buffer.from(String(name)) },
  })
  const messages = records.map((record) => ({ topic, ...record }))
  await producer.send({ messages, acks: -1, compression })
  await producer.close()
}

/** In how many requests the records came, of a topic with one partition. */
export async function countRequests(bootstrap: string, topic: string): Promise<number> {
  const consumer = new Consumer({ ...common(bootstrap), groupId: 'nobody' })
  consumer.topics.track(topic)
  const { topics } = await consumer.metadata({ topics: [topic] })
  const { id: topicId, partitions } = must(topics.get(topic))
  const place = { partition: 0, fetchOffset: 0n, partitionMaxBytes: 10_000_000 }
  const { responses } = await consumer.fetch({
    node: must(partitions[0]).leader,
    topics: [{ topicId, partitions: [{ ...place, currentLeaderEpoch: -1, lastFetchedEpoch: -1 }] }],
  })
  await consumer.close()
  return responses[0]?.partitions[0]?.records?.length ?? 0
}
