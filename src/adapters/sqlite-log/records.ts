/**
 * Records going into the file and coming out of it. A compacted topic is compacted as it is
 * written: a record takes the place of the one that had its key, so the topic never holds more than
 * the newest of each key (records without a key stay), and nothing has to be cleaned up later.
 */
import type { DatabaseSync } from 'node:sqlite'
import { must } from '../../model/must.ts'
import type { LogRecord, NewRecord, Position } from '../../ports/log.ts'
import { partitionOf } from '../kafka-log/partitioner.ts'
import type { Topic } from './topics.ts'

export interface Records {
  /** Inside a transaction. Positions in the order given. */
  append(topic: Topic, records: readonly NewRecord[], nowMs: number): readonly Position[]
  /** Ascending, from the position on; at least one when there is one. */
  read(topic: Topic, from: Position, recordsMax: number): readonly LogRecord[]
}

/** Reading stops when it has passed this length, so that a batch of large records stays small. */
export const READ_LENGTH_MAX = 1024 * 1024

const TAKE_OFFSETS = `
  UPDATE partitions SET next_offset = next_offset + ? WHERE topic = ? AND partition = ?
  RETURNING next_offset AS next`
const INSERT = `
  INSERT INTO records (topic, partition, offset, key, value, appended_ms) VALUES (?, ?, ?, ?, ?, ?)`
const REMOVE_OLDER = `
  DELETE FROM records WHERE topic = ?1 AND partition = ?2
    AND offset = (SELECT offset FROM newest WHERE topic = ?1 AND partition = ?2 AND key = ?3)`
const SET_NEWEST = `
  INSERT OR REPLACE INTO newest (topic, partition, key, offset) VALUES (?, ?, ?, ?)`
const SELECT = `
  SELECT offset, key, value, appended_ms AS appendedMs FROM records
  WHERE topic = ? AND partition = ? AND offset >= ? ORDER BY offset LIMIT ?`

export function keepRecords(database: DatabaseSync): Records {
  const takeOffsets = database.prepare(TAKE_OFFSETS)
  const insert = database.prepare(INSERT)
  const removeOlder = database.prepare(REMOVE_OLDER)
  const setNewest = database.prepare(SET_NEWEST)
  const select = database.prepare(SELECT)
  /** The first of `count` offsets that now belong to the caller. */
  const reserve = (topic: Topic, partition: number, count: number) =>
    Number(must(takeOffsets.get(count, topic.id, partition)?.next)) - count
  return {
    append(topic, records, nowMs) {
      const places = placesFor(topic, records, reserve)
      for (const [index, { key, value }] of records.entries()) {
        const { partition, offset } = must(places[index])
        if (topic.isCompacted && key !== null) {
          removeOlder.run(topic.id, partition, key)
          setNewest.run(topic.id, partition, key, offset)
        }
        insert.run(topic.id, partition, offset, key, value, nowMs)
      }
      return places
    },
    read(topic, { partition, offset }, recordsMax) {
      const records: LogRecord[] = []
      let length = 0
      for (const row of select.iterate(topic.id, partition, offset, recordsMax)) {
        const record = recordOf(partition, row)
        records.push(record)
        length += record.value.length
        if (length >= READ_LENGTH_MAX) break
      }
      return records
    },
  }
}

/** Keys go where Kafka would put them, records without a key to partition 0. */
function placesFor(
  topic: Topic,
  records: readonly NewRecord[],
  reserve: (topic: Topic, partition: number, count: number) => number,
): readonly Position[] {
  const partitions = records.map(({ key }) =>
    key === null ? 0 : partitionOf(Buffer.from(key), topic.partitions),
  )
  const counts = new Map<number, number>()
  for (const partition of partitions) counts.set(partition, (counts.get(partition) ?? 0) + 1)
  const next = new Map<number, number>()
  for (const [partition, count] of counts) next.set(partition, reserve(topic, partition, count))
  return partitions.map((partition) => {
    const offset = must(next.get(partition))
    next.set(partition, offset + 1)
    return { partition, offset }
  })
}

function recordOf(
  partition: number,
  { offset, key, value, appendedMs }: Record<string, unknown>,
): LogRecord {
  return {
    partition,
    offset: Number(offset),
    key: key === null ? null : String(key),
    value: String(value),
    appendedMs: Number(appendedMs),
  }
}
