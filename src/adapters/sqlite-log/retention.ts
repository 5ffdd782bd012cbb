/**
 * Removes what has grown older than its topic keeps, oldest first, in small transactions, so that
 * nothing blocks for long. There is no timer: whoever appends or reads in a group gives the
 * occasion, and the first occasion comes with the start. What a follower had still to read it is
 * told of, because the first offset of the partition moves along.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../ports/clock.ts'
import { LogError, type Position } from '../../ports/log.ts'
import type { Trace } from '../../ports/trace.ts'
import type { Topic, Topics } from './topics.ts'
import type { Writer } from './writer.ts'

export interface Retention {
  /** Looks whether something is to be removed, if it has not looked for a while. */
  occasion(): void
}

export interface RetentionWorld {
  readonly clock: Clock
  readonly trace: Trace
  readonly database: DatabaseSync
  readonly topics: Topics
  readonly writer: Writer
  readonly everyMs: number
  /** Aborted before the file is closed. */
  readonly closed: AbortSignal
}

/** So many records are removed in one transaction, and fewer when they are large. */
export const REMOVED_RECORDS_MAX = 500
export const REMOVED_BYTES_MAX = 2 * 1024 * 1024

const SELECT_OLDEST = `
  SELECT offset, appended_ms AS appendedMs, octet_length(value) AS bytes FROM records
  WHERE topic = ? AND partition = ? ORDER BY offset LIMIT ${REMOVED_RECORDS_MAX}`
const REMOVE = 'DELETE FROM records WHERE topic = ? AND partition = ? AND offset < ?'
const MOVE_FIRST = `
  UPDATE partitions SET first_offset = ? WHERE topic = ? AND partition = ? AND first_offset < ?`

export function keepRetention(world: RetentionWorld): Retention {
  const remover = removeFrom(world.database)
  let lookedAtMs = Number.NEGATIVE_INFINITY
  let isUnderWay = false
  const look = async () => {
    isUnderWay = true
    try {
      for (const topic of world.topics.all()) await removeExpired(world, remover, topic)
    } catch (error) {
      noteFailure(world.trace, error)
    } finally {
      isUnderWay = false
    }
  }
  return {
    occasion() {
      const nowMs = world.clock.monotonicMs()
      if (isUnderWay || nowMs - lookedAtMs < world.everyMs) return
      lookedAtMs = nowMs
      // Never rejects, and nobody waits for it: the next occasion goes on where this one failed.
      void look()
    },
  }
}

async function removeExpired(world: RetentionWorld, remover: Remover, topic: Topic): Promise<void> {
  if (topic.isCompacted || topic.retentionMs === null) return
  const beforeMs = world.clock.wallMs() - topic.retentionMs
  for (let partition = 0; partition < topic.partitions; partition += 1) {
    let removed = 0
    let offset = remover.endOfExpired(topic, partition, beforeMs)
    while (offset !== undefined) {
      const end = { partition, offset }
      const run = () => remover.removeBefore(topic, end)
      removed += await world.writer.submit({ run, durability: 'fsynced', bytes: REMOVED_BYTES_MAX })
      if (world.closed.aborted) return
      offset = remover.endOfExpired(topic, partition, beforeMs)
    }
    const fact = { kind: 'log.expired', topic: topic.name, partition, removed }
    if (removed > 0) world.trace.note('info', fact)
  }
}

interface Remover {
  /** The offset behind the expired records, or behind the first of them when they are many. */
  endOfExpired(topic: Topic, partition: number, beforeMs: number): number | undefined
  /** Inside a transaction. How many it has removed; another process may have been faster. */
  removeBefore(topic: Topic, end: Position): number
}

function removeFrom(database: DatabaseSync): Remover {
  const selectOldest = database.prepare(SELECT_OLDEST)
  const remove = database.prepare(REMOVE)
  const moveFirst = database.prepare(MOVE_FIRST)
  return {
    endOfExpired(topic, partition, beforeMs) {
      let end: number | undefined
      let bytes = 0
      for (const row of selectOldest.all(topic.id, partition)) {
        bytes += Number(row.bytes)
        const isEnough = end !== undefined && bytes > REMOVED_BYTES_MAX
        if (isEnough || Number(row.appendedMs) >= beforeMs) break
        end = Number(row.offset) + 1
      }
      return end
    },
    removeBefore(topic, { partition, offset }) {
      moveFirst.run(offset, topic.id, partition, offset)
      return Number(remove.run(topic.id, partition, offset).changes)
    },
  }
}

function noteFailure(trace: Trace, error: unknown): void {
  if (error instanceof LogError && error.code === 'closed') return
  trace.note('warn', { kind: 'log.retention-failed', reason: String(error) })
}
