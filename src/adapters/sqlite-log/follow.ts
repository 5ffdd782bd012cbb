/**
 * Reading a topic without a group. The reader's own place is all there is: nothing is written, and
 * nothing is read ahead of what it asks for. When the first offset of a partition has moved past
 * its place, retention was faster, and it is told what it will not see.
 */
import type { FollowEvent, FollowStart, PartitionEnds } from '../../ports/log.ts'
import { askPatiently, type Parts, untilAborted } from './parts.ts'
import { type Places, readNext } from './read-next.ts'

/** Records in one event at most. */
export const FOLLOW_RECORDS_MAX = 500

export function follow(
  parts: Parts,
  topicName: string,
  start: FollowStart,
  signal: AbortSignal,
): AsyncGenerator<FollowEvent> {
  return untilAborted(parts, signal, (until) => read(parts, topicName, start, until))
}

async function* read(
  parts: Parts,
  topicName: string,
  start: FollowStart,
  until: AbortSignal,
): AsyncGenerator<FollowEvent> {
  const topic = await askPatiently(parts, until, () => parts.topics.find(topicName))
  const ends = await askPatiently(parts, until, () => parts.topics.ends(topic))
  const places = startingPlaces(ends, start)
  const isBehind = () => ends.some(({ partition, next }) => (places.get(partition) ?? 0) < next)
  let isCaughtUp = false
  while (!until.aborted) {
    const rings = parts.bell.count()
    if (!isCaughtUp && !isBehind()) {
      isCaughtUp = true
      yield { kind: 'caught-up' }
    }
    const event = await askPatiently(parts, until, () =>
      readNext(parts, topic, places, FOLLOW_RECORDS_MAX),
    )
    if (event) yield event
    else await parts.bell.after(rings, until)
  }
}

/** By partition the offset to read next. A place that the topic has not come to yet is its end. */
export function startingPlaces(ends: readonly PartitionEnds[], start: FollowStart): Places {
  const named = new Map(
    typeof start === 'string' ? [] : start.map(({ partition, offset }) => [partition, offset]),
  )
  return new Map(
    ends.map(({ partition, first, next }) => {
      const offset = start === 'newest' ? next : (named.get(partition) ?? first)
      return [partition, Math.min(offset, next)]
    }),
  )
}
