/**
 * Removes what has grown older than its topic keeps, oldest first, in small transactions, so that
 * nothing blocks for long. There is no timer: whoever appends or reads in a group gives the
 * occasion, and the first occasion comes with the start. What a follower had still to read it is
 * told of, because the first offset of the partition moves along.
 *
 * Age is by the wall clock, which may be wrong. A leap ahead is not believed at once (log-time.ts).
 * A record that was stamped in the future holds up none behind it: it is at least as old as they
 * are. What a group had still to read is removed like the rest, for a group may be gone for ever,
 * but not without an error.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../ports/clock.ts'
import { type Gap, LogError, type Position } from '../../ports/log.ts'
import type { Trace } from '../../ports/trace.ts'
import type { LogTime } from './log-time.ts'
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
  readonly time: LogTime
  readonly everyMs: number
  /** Aborted before the file is closed. */
  readonly closed: AbortSignal
}

/** So many records are removed in one transaction, and fewer when they are large. */
export const REMOVED_RECORDS_MAX = 500
export const REMOVED_BYTES_MAX = 2 * 1024 * 1024

/** Of the records that are not stamped in the future. */
const SELECT_FIRST_STAMPED = `
  SELECT appended_ms AS appendedMs FROM records
  WHERE topic = ? AND partition = ? AND appended_ms <= ? ORDER BY offset LIMIT 1`
/** Where each group of the topic stands; one that has never committed stands at the beginning. */
const SELECT_READERS = `
  SELECT leases.consumers AS reader, coalesce(commits.next_offset, 0) AS next
  FROM leases LEFT JOIN commits ON commits.topic = leases.topic
    AND commits.consumers = leases.consumers AND commits.partition = ?2
  WHERE leases.topic = ?1`
const SELECT_OLDEST = `
  SELECT offset, appended_ms AS appendedMs, octet_length(value) AS bytes FROM records
  WHERE topic = ? AND partition = ? ORDER BY offset LIMIT ${REMOVED_RECORDS_MAX}`
const REMOVE = 'DELETE FROM records WHERE topic = ? AND partition = ? AND offset < ?'
const MOVE_FIRST = `
  UPDATE partitions SET first_offset = ? WHERE topic = ? AND partition = ? AND first_offset < ?`

export function keepRetention(world: RetentionWorld): Retention {
  const remover = removeFrom(world.database)
  const losses = tellLosses(world)
  let lookedAtMs = Number.NEGATIVE_INFINITY
  let isUnderWay = false
  const look = async () => {
    isUnderWay = true
    try {
      const nowMs = world.clock.wallMs()
      const now = { nowMs, believedMs: await world.time.tell(nowMs) }
      for (const topic of world.topics.all()) {
        await removeExpired(world, { remover, losses, now }, topic)
      }
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

interface Look {
  readonly remover: Remover
  readonly losses: Losses
  readonly now: { readonly nowMs: number; readonly believedMs: number }
}

async function removeExpired(
  world: RetentionWorld,
  { remover, losses, now }: Look,
  topic: Topic,
): Promise<void> {
  if (topic.isCompacted || topic.retentionMs === null) return
  const { nowMs, believedMs } = now
  const age = { nowMs, beforeMs: believedMs - topic.retentionMs }
  for (let partition = 0; partition < topic.partitions; partition += 1) {
    let removed = 0
    let last = 0
    let offset = remover.endOfExpired(topic, partition, age)
    while (offset !== undefined) {
      const end = { partition, offset }
      const run = () => remover.removeBefore(topic, end)
      removed += await world.writer.submit({ run, durability: 'fsynced', bytes: REMOVED_BYTES_MAX })
      if (world.closed.aborted) return
      last = offset
      offset = remover.endOfExpired(topic, partition, age)
    }
    if (removed === 0) continue
    world.trace.note('info', { kind: 'log.expired', topic: topic.name, partition, removed })
    losses.tell(topic, { partition, from: last - removed, to: last }, nowMs)
  }
}

interface Losses {
  /** Says which groups had not read all of what was removed, of each once until it keeps up. */
  tell(topic: Topic, removed: Omit<Gap, 'kind'>, nowMs: number): void
}

function tellLosses({ database, trace }: RetentionWorld): Losses {
  const selectReaders = database.prepare(SELECT_READERS)
  const told = new Set<string>()
  return {
    tell(topic, { partition, from, to }, nowMs) {
      for (const { reader, next } of selectReaders.all(topic.id, partition)) {
        const name = `${topic.name}/${partition}/${reader}`
        const records = to - Math.max(from, Number(next))
        if (records <= 0) told.delete(name)
        if (records <= 0 || told.has(name)) continue
        told.add(name)
        const fact = { kind: 'log.expired-unread', topic: topic.name, partition, records }
        const clock = new Date(nowMs).toISOString()
        trace.note('error', { ...fact, group: String(reader), clock, remedy: LOSS_REMEDY })
      }
    },
  }
}

const LOSS_REMEDY = 'Is the clock of this machine right, and does this group still read?'

interface Age {
  readonly nowMs: number
  /** What was appended before has expired. */
  readonly beforeMs: number
}

interface Remover {
  /** The offset behind the expired records, or behind the first of them when they are many. */
  endOfExpired(topic: Topic, partition: number, age: Age): number | undefined
  /** Inside a transaction. How many it has removed; another process may have been faster. */
  removeBefore(topic: Topic, end: Position): number
}

function removeFrom(database: DatabaseSync): Remover {
  const selectOldest = database.prepare(SELECT_OLDEST)
  const selectFirstStamped = database.prepare(SELECT_FIRST_STAMPED)
  const remove = database.prepare(REMOVE)
  const moveFirst = database.prepare(MOVE_FIRST)
  /** The first with a time that can be: what stands before it is older, whatever its stamp says. */
  const isFirstExpired = (topic: Topic, partition: number, { nowMs, beforeMs }: Age) => {
    const row = selectFirstStamped.get(topic.id, partition, nowMs)
    return row !== undefined && Number(row.appendedMs) < beforeMs
  }
  return {
    endOfExpired(topic, partition, age) {
      if (!isFirstExpired(topic, partition, age)) return undefined
      let end: number | undefined
      let bytes = 0
      let isBeforeFirst = true
      for (const row of selectOldest.all(topic.id, partition)) {
        const appendedMs = Number(row.appendedMs)
        isBeforeFirst &&= appendedMs > age.nowMs
        bytes += Number(row.bytes)
        const isEnough = end !== undefined && bytes > REMOVED_BYTES_MAX
        if (isEnough || !(isBeforeFirst || appendedMs < age.beforeMs)) break
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
