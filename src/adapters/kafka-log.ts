/**
 * The Log port on Apache Kafka: the folder kafka-log/ holds its parts, and kafka-log/client.ts is
 * the only one that knows the client library.
 *
 * What the port promises that Kafka's client does not by itself: an append gives up in finite time
 * and none of its requests arrives later; records of one sender keep their order through outages;
 * a commit for a partition that is another member's is refused; readers outlive the broker.
 *
 * Nothing is connected before it is asked for.
 */
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Trace } from '../ports/trace.ts'
import { openAppender } from './kafka-log/append.ts'
import { openAdmin } from './kafka-log/client.ts'
import { consumeGroup } from './kafka-log/consume.ts'
import { closed } from './kafka-log/failures.ts'
import { followTopic } from './kafka-log/follow.ts'
import type { GroupSession } from './kafka-log/group-session.ts'
import { ask } from './kafka-log/outage.ts'
import { declareTopics, endsOf, lagOf } from './kafka-log/topics.ts'
import { DEFAULT_TUNING, type KafkaTuning, type KafkaWorld } from './kafka-log/tuning.ts'

export interface KafkaLogOptions extends Partial<KafkaTuning> {
  /** `host:port` of some brokers; they know the others. */
  readonly bootstrap: readonly string[]
  readonly clock: Clock
  readonly trace: Trace
}

export function openKafkaLog({ bootstrap, clock, trace, ...tuning }: KafkaLogOptions): Log {
  const world: KafkaWorld = { bootstrap, clock, trace, tuning: { ...DEFAULT_TUNING, ...tuning } }
  const admin = openAdmin(world)
  const appender = openAppender(world)
  const sessions = new Set<GroupSession>()
  const closing = new AbortController()
  /** What a reader yields until it is told to stop; a log that is closed under it is a failure. */
  async function* whileOpen<Event>(
    signal: AbortSignal,
    read: (until: AbortSignal) => AsyncIterable<Event>,
  ): AsyncGenerator<Event> {
    yield* read(AbortSignal.any([signal, closing.signal]))
    if (closing.signal.aborted && !signal.aborted) throw closed()
  }
  const ifOpen = async <T>(work: () => Promise<T>): Promise<T> => {
    if (closing.signal.aborted) throw closed()
    return work()
  }
  return {
    declare: (topics) => ifOpen(() => declareTopics(world, admin, topics)),
    append: (topic, records) => ifOpen(() => appender.append(topic, records)),
    consume: (topic, group, signal, { batchRecordsMax }) =>
      whileOpen(signal, (until) =>
        consumeGroup(world, admin, { topic, group, batchRecordsMax }, until, sessions),
      ),
    follow: (topic, start, signal) =>
      whileOpen(signal, (until) => followTopic(world, admin, topic, start, until)),
    generation: (topic) =>
      ifOpen(async () => (await ask(world, topic, () => admin.topic(topic))).id),
    ends: (topic) => ifOpen(() => endsOf(world, admin, topic)),
    lag: (topic, group) => ifOpen(() => lagOf(world, admin, topic, group)),
    async close() {
      closing.abort()
      await Promise.all([...sessions].map((session) => session.leave()))
      await Promise.all([appender.close(), admin.close()])
    },
  }
}
