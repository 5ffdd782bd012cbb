/**
 * What the file knows of topics: declared once and never changed or taken away, so what was read of
 * one is remembered.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { PartitionEnds, TopicDeclaration } from '../../ports/log.ts'
import { unknownTopic } from './errors.ts'

export interface Topic {
  readonly id: number
  readonly name: string
  readonly generation: string
  readonly isCompacted: boolean
  /** Null: kept for ever. */
  readonly retentionMs: number | null
  readonly partitions: number
}

export interface Topics {
  /** Throws LogError when there is none. */
  find(name: string): Topic
  has(name: string): boolean
  /** Inside a transaction: makes the topic unless it is there. */
  make(declaration: TopicDeclaration, generation: string): void
  all(): readonly Topic[]
  /** Ascending by partition. */
  ends(topic: Topic): readonly PartitionEnds[]
  /** Per partition the offset that the group reads next; the oldest kept without a commit. */
  places(topic: Topic, consumers: string): readonly Place[]
}

export interface Place extends PartitionEnds {
  readonly offset: number
  /** Retention has removed so many records that the group had not read. */
  readonly removed: number
}

const SELECT_TOPICS = `
  SELECT id, name, generation, compacted AS isCompacted, retention_ms AS retentionMs,
    (SELECT count(*) FROM partitions WHERE topic = topics.id) AS partitions
  FROM topics`
const INSERT_TOPIC = `
  INSERT INTO topics (name, generation, compacted, retention_ms) VALUES (?, ?, ?, ?)
  ON CONFLICT DO NOTHING RETURNING id`
const INSERT_PARTITION = `
  INSERT INTO partitions (topic, partition, first_offset, next_offset) VALUES (?, ?, 0, 0)`
const SELECT_ENDS = `
  SELECT partition, first_offset AS first, next_offset AS next
  FROM partitions WHERE topic = ? ORDER BY partition`
const SELECT_COMMITS = `
  SELECT partition, next_offset AS next FROM commits WHERE topic = ? AND consumers = ?`

export function readTopics(database: DatabaseSync): Topics {
  const known = new Map<string, Topic>()
  const selectOne = database.prepare(`${SELECT_TOPICS} WHERE name = ?`)
  const selectAll = database.prepare(`${SELECT_TOPICS} ORDER BY id`)
  const selectEnds = database.prepare(SELECT_ENDS)
  const selectCommits = database.prepare(SELECT_COMMITS)
  const insertTopic = database.prepare(INSERT_TOPIC)
  const insertPartition = database.prepare(INSERT_PARTITION)
  const look = (name: string) => {
    const row = known.has(name) ? undefined : selectOne.get(name)
    if (row) known.set(name, topicOf(row))
    return known.get(name)
  }
  const ends = (topic: Topic) => selectEnds.all(topic.id).map(endsOf)
  return {
    find(name) {
      const topic = look(name)
      if (!topic) throw unknownTopic(name)
      return topic
    },
    has: (name) => look(name) !== undefined,
    make({ name, partitions, compacted = false, retentionMs = null }, generation) {
      const row = insertTopic.get(name, generation, compacted ? 1 : 0, retentionMs)
      if (!row) return
      for (let number = 0; number < partitions; number += 1) {
        insertPartition.run(Number(row.id), number)
      }
    },
    all: () => selectAll.all().map(topicOf),
    ends,
    places(topic, consumers) {
      const rows = selectCommits.all(topic.id, consumers).map(endsOf)
      const commits = new Map(rows.map(({ partition, next }) => [partition, next]))
      return ends(topic).map((one) => placeOf(one, commits.get(one.partition)))
    },
  }
}

function placeOf(ends: PartitionEnds, commit = ends.first): Place {
  const offset = Math.max(commit, ends.first)
  return { ...ends, offset, removed: offset - commit }
}

type Row = Record<string, unknown>

function topicOf({ id, name, generation, isCompacted, retentionMs, partitions }: Row): Topic {
  return {
    id: Number(id),
    name: String(name),
    generation: String(generation),
    isCompacted: isCompacted === 1,
    retentionMs: retentionMs === null ? null : Number(retentionMs),
    partitions: Number(partitions),
  }
}

function endsOf({ partition, first = 0, next }: Row): PartitionEnds {
  return { partition: Number(partition), first: Number(first), next: Number(next) }
}
