/**
 * What a reader is given next, the same for members of a group and for followers: partitions take
 * turns, so that a busy one does not starve the others, and the reader's places move on with what
 * it is given.
 */
import { must } from '../../model/must.ts'
import type { FollowEvent, PartitionEnds } from '../../ports/log.ts'
import { atOneMoment } from './database.ts'
import type { Parts } from './parts.ts'
import type { Topic } from './topics.ts'

export type NextEvent = Exclude<FollowEvent, { kind: 'caught-up' }>

/** By partition the offset to read next; the partition whose turn it is comes first. */
export type Places = Map<number, number>

/** Undefined when there is nothing to read now. */
export function readNext(
  parts: Parts,
  topic: Topic,
  places: Places,
  recordsMax: number,
): NextEvent | undefined {
  // The ends and the records must be of one moment, or what retention removes in between is lost
  // without a word.
  const event = atOneMoment(parts.database, () => {
    const ends = new Map(parts.topics.ends(topic).map((one) => [one.partition, one]))
    for (const [partition, place] of places) {
      const found = readOne(parts, topic, must(ends.get(partition)), place, recordsMax)
      if (found) return found
    }
    return undefined
  })
  if (event) moveOn(places, event)
  return event
}

function readOne(
  { records }: Parts,
  topic: Topic,
  { partition, first, next }: PartitionEnds,
  place: number,
  recordsMax: number,
): NextEvent | undefined {
  if (place < first) return { kind: 'gap', partition, from: place, to: first }
  if (place >= next) return undefined
  const found = records.read(topic, { partition, offset: place }, recordsMax)
  return found.length > 0 ? { kind: 'records', partition, records: found } : undefined
}

/** A Map keeps the order of setting: set anew, the partition is the last in turn. */
function moveOn(places: Places, event: NextEvent): void {
  places.delete(event.partition)
  places.set(event.partition, event.kind === 'gap' ? event.to : endOf(event.records))
}

/** The offset behind the last of them. */
export function endOf(records: readonly { readonly offset: number }[]): number {
  return must(records.at(-1)).offset + 1
}
