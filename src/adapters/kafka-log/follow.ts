/**
 * Following all partitions of a topic without a group: one reader for each partition, and the news
 * of all of them in one stream.
 */
import { must } from '../../model/must.ts'
import type { FollowEvent, FollowStart, PartitionEnds } from '../../ports/log.ts'
import type { KafkaAdmin } from './faces.ts'
import { askUntilAnswered, createOutage } from './outage.ts'
import { openPartitionReader, type PartitionReader } from './partition-reader.ts'
import { endsOf } from './topics.ts'
import { FOLLOW_RECORDS_MAX, type KafkaWorld } from './tuning.ts'
import { createWakeup } from './wakeup.ts'

export async function* followTopic(
  world: KafkaWorld,
  admin: KafkaAdmin,
  topic: string,
  start: FollowStart,
  signal: AbortSignal,
): AsyncGenerator<FollowEvent> {
  const outage = createOutage(world, { topic })
  const asked = () => endsOf(world, admin, topic)
  const ends = (await askUntilAnswered(world, topic, outage, signal, asked)) ?? []
  const news = createWakeup()
  const readers = ends.map((end) => {
    const place = { topic, partition: end.partition, offset: beginning(start, end) }
    return openPartitionReader(world, admin, place, news.wake)
  })
  const close = () => {
    for (const reader of readers) reader.close()
    news.wake()
  }
  signal.addEventListener('abort', close)
  let isCaughtUp = false
  let turn = 0
  try {
    while (!signal.aborted) {
      if (!isCaughtUp && hasReached(readers, ends)) {
        isCaughtUp = true
        yield { kind: 'caught-up' }
        continue
      }
      const event = nextEvent(readers, turn++)
      if (event) yield event
      else await news.wait()
    }
  } finally {
    signal.removeEventListener('abort', close)
    close()
  }
}

function beginning(start: FollowStart, { partition, first, next }: PartitionEnds): number {
  if (start === 'oldest') return first
  if (start === 'newest') return next
  return start.find((position) => position.partition === partition)?.offset ?? first
}

function hasReached(readers: readonly PartitionReader[], ends: readonly PartitionEnds[]): boolean {
  return readers.every((reader, index) => reader.position() >= (ends[index]?.next ?? 0))
}

/** Begins with another reader each time, so that a busy partition does not hide the others. */
function nextEvent(readers: readonly PartitionReader[], turn: number): FollowEvent | undefined {
  for (const index of readers.keys()) {
    const reader = must(readers[(turn + index) % readers.length])
    const failure = reader.failure()
    if (failure) throw failure
    const { partition } = reader
    const item = reader.take(FOLLOW_RECORDS_MAX)
    if (item?.kind === 'records') return { kind: 'records', partition, records: item.records }
    if (item) return { kind: 'gap', partition, from: item.from, to: item.to }
  }
  return
}
