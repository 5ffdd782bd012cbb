/**
 * The log in one SQLite file, for everything on one machine. Several processes may share the file:
 * readers do not wait for writers, and writers take turns. Of each group one member reads and the
 * others stand by. `append` and `commit` are answered when SQLite has fsynced them.
 *
 * The parts stand in the folder beside it: `writer` (group commit), `records`, `leases` (groups),
 * `consume` and `follow` (readers), `doorbell` (what wakes them), `retention` and `log-time`.
 */
import { randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../ports/clock.ts'
import type { Log, NewRecord, Position, TopicDeclaration } from '../ports/log.ts'
import type { Trace } from '../ports/trace.ts'
import { systemRandom } from './seeded-random.ts'
import { consume } from './sqlite-log/consume.ts'
import { openDatabase } from './sqlite-log/database.ts'
import { createDoorbell } from './sqlite-log/doorbell.ts'
import { recordTooLarge } from './sqlite-log/errors.ts'
import { follow } from './sqlite-log/follow.ts'
import { keepLeases } from './sqlite-log/leases.ts'
import { keepLogTime } from './sqlite-log/log-time.ts'
import { ask, type Parts } from './sqlite-log/parts.ts'
import { keepRecords } from './sqlite-log/records.ts'
import { keepRetention } from './sqlite-log/retention.ts'
import { readTopics } from './sqlite-log/topics.ts'
import { createWriter } from './sqlite-log/writer.ts'

export interface SqliteLogOptions {
  /** The file; its folder must be there. */
  readonly path: string
  readonly clock: Clock
  readonly trace: Trace
  /** How long a member that does not show a sign of life keeps its group. */
  readonly leaseMs?: number
  /** How often a waiting reader looks whether another process has written. */
  readonly pollMs?: number
  readonly retentionEveryMs?: number
  /** In use for so long after the clock has leapt, the log takes it for right. */
  readonly leapBelievedMs?: number
}

/** Key and value of a record, in UTF-8. The same as Kafka's own limit, but for its overhead. */
export const RECORD_BYTES_MAX = 1024 * 1024

const LEASE_MS = 4_000
const POLL_MS = 20
const RETENTION_EVERY_MS = 60_000

/** Throws LogError when the file cannot be opened. */
export function openSqliteLog(options: SqliteLogOptions): Log {
  const closing = new AbortController()
  const parts = openParts(options, closing.signal)
  let closed: Promise<void> | undefined
  return {
    declare: (topics) => declare(parts, topics),
    append: (topic, records) => append(parts, topic, records),
    consume: (topic, group, signal, limits) => consume(parts, topic, group, signal, limits),
    follow: (topic, start, signal) => follow(parts, topic, start, signal),
    generation: async (topic) => ask(parts, () => parts.topics.find(topic).generation),
    ends: async (topic) => ask(parts, () => parts.topics.ends(parts.topics.find(topic))),
    lag: async (topic, group) => ask(parts, () => lag(parts, topic, group)),
    close() {
      closing.abort()
      closed ??= close(parts)
      return closed
    },
  }
}

function openParts(options: SqliteLogOptions, closed: AbortSignal): Parts {
  const { path, clock, trace, leaseMs = LEASE_MS, pollMs = POLL_MS } = options
  const { retentionEveryMs: everyMs = RETENTION_EVERY_MS, leapBelievedMs } = options
  const random = systemRandom()
  const database = openDatabase(path)
  const topics = readTopics(database)
  const bell = createDoorbell({ clock, pollMs, hasChanged: changesOf(database) })
  const writer = createWriter({ clock, random, database, path, written: bell.ring })
  const time = keepLogTime(database, writer, leapBelievedMs)
  return {
    ...{ clock, random, trace, path, leaseMs, database, topics, bell, writer, closed },
    records: keepRecords(database),
    leases: keepLeases(database, topics),
    retention: keepRetention({ clock, trace, database, topics, writer, time, everyMs, closed }),
    held: new Set(),
  }
}

/** Whether another connection has changed the file since the last call. */
function changesOf(database: DatabaseSync): () => boolean {
  const select = database.prepare('PRAGMA data_version')
  let known: unknown
  return () => {
    try {
      const version = select.get()?.data_version
      const hasChanged = version !== known
      known = version
      return hasChanged
    } catch {
      // Whoever waits shall look: it rides out what is wrong with the file, and says so.
      return true
    }
  }
}

async function declare(parts: Parts, declarations: readonly TopicDeclaration[]): Promise<void> {
  const missing = ask(parts, () => declarations.filter(({ name }) => !parts.topics.has(name)))
  if (missing.length === 0) return
  const run = () => {
    for (const one of missing) parts.topics.make(one, randomBytes(8).toString('hex'))
  }
  await parts.writer.submit({ run, durability: 'fsynced', bytes: 0 })
}

async function append(
  parts: Parts,
  topicName: string,
  records: readonly NewRecord[],
): Promise<readonly Position[]> {
  const topic = ask(parts, () => parts.topics.find(topicName))
  const bytes = records.reduce((sum, record) => sum + sizeOf(record), 0)
  if (records.length === 0) return []
  const run = () => parts.records.append(topic, records, parts.clock.wallMs())
  const positions = await parts.writer.submit({ run, durability: 'fsynced', bytes })
  parts.retention.occasion()
  return positions
}

function sizeOf({ key, value }: NewRecord): number {
  const bytes = Buffer.byteLength(key ?? '') + Buffer.byteLength(value)
  if (bytes > RECORD_BYTES_MAX) throw recordTooLarge(bytes, RECORD_BYTES_MAX)
  return bytes
}

function lag(parts: Parts, topicName: string, group: string) {
  const places = parts.topics.places(parts.topics.find(topicName), group)
  return places.map(({ partition, offset, next }) => ({ partition, records: next - offset }))
}

async function close(parts: Parts): Promise<void> {
  for (const lease of parts.held) {
    const run = () => parts.leases.leave(lease)
    // A lease that could not be given back expires by itself.
    parts.writer.submit({ run, durability: 'relaxed', bytes: 0 }).catch(() => {})
  }
  await parts.writer.close()
  parts.bell.close()
  parts.database.close()
}
