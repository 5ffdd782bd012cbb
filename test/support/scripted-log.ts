/**
 * A Log in memory whose faults a test writes as a script: how large each batch is, where a group
 * begins again after a crash, what becomes of a commit, when it is out of reach. One member at a
 * time. The real adapters are proved by their own suite; this one is for the stages.
 */
import {
  type GroupEvent,
  type Log,
  LogError,
  type LogRecord,
  type NewRecord,
  type Position,
} from '../../src/ports/log.ts'
import { followParts, type ScriptedPart } from './scripted-follow.ts'

/** crash: not committed, and the process dies. late-crash: committed, and the process dies. */
export type CommitFate = 'committed' | 'fenced' | 'unavailable' | 'crash' | 'late-crash'

export interface ScriptedLog extends Log {
  /** All records of a topic, in the order of their partitions. */
  records(topic: string): readonly LogRecord[]
  committed(partition: number): number
  /** Everything has been handed out and committed. */
  isDrained(topic: string): boolean
  batchSize: (limit: number) => number
  commitFate: () => CommitFate
  /** How many records a new member is given again, as if their commit had been lost. */
  redeliver: () => number
  /** Called before each append; throws to refuse it. */
  beforeAppend: (topic: string, records: readonly NewRecord[]) => void
  /** The log's own clock, for the times of its records. */
  wallMs: () => number
  /** Out of reach for everybody but the members of groups. */
  isAway: () => boolean
  /** How many records a reader without a group is given at a time; 0 = none for now. */
  followSize: () => number
  /** Removes the records before an offset, in every partition, for readers without a group. */
  forget(topic: string, before: number): void
}

export class Crash extends Error {}

export const unavailable = () => new LogError('unavailable', 'Nobody answers.', 'Start the log.')

export function scriptedLog(partitions = 2): ScriptedLog {
  const topics = new Map<string, ScriptedPart[]>()
  const commits: number[] = Array.from({ length: partitions }, () => 0)
  const parts = (topic: string): ScriptedPart[] => {
    const empty = () => ({ records: [], first: 0 })
    const known = topics.get(topic) ?? Array.from({ length: partitions }, empty)
    topics.set(topic, known)
    return known
  }
  const mustReach = () => {
    if (log.isAway()) throw unavailable()
  }
  const log: ScriptedLog = {
    records: (topic) => parts(topic).flatMap(({ records }) => records),
    committed: (partition) => commits[partition] ?? 0,
    isDrained: (topic) => parts(topic).every(({ records }, p) => records.length === commits[p]),
    batchSize: (limit) => limit,
    commitFate: () => 'committed',
    redeliver: () => 0,
    beforeAppend: () => {},
    wallMs: () => 0,
    isAway: () => false,
    followSize: () => Number.POSITIVE_INFINITY,
    forget(topic, before) {
      for (const part of parts(topic)) part.first = before
    },
    async append(topic, records) {
      mustReach()
      log.beforeAppend(topic, records)
      return records.map((record) => put(parts(topic), record, log.wallMs()))
    },
    consume: (topic, _group, signal, options) =>
      deliver(log, parts(topic), commits, signal, options.batchRecordsMax),
    follow: (topic, start, signal) => followParts(parts(topic), start, signal, log),
    declare: async () => {},
    async generation() {
      mustReach()
      return 'one'
    },
    async ends(topic) {
      mustReach()
      return parts(topic).map(({ records, first }, partition) => {
        return { partition, first, next: records.length }
      })
    },
    lag: async (topic) =>
      parts(topic).map(({ records }, partition) => {
        return { partition, records: records.length - (commits[partition] ?? 0) }
      }),
    close: async () => {},
  }
  return log
}

function put(parts: ScriptedPart[], record: NewRecord, appendedMs: number): Position {
  const partition = Number.parseInt(record.key ?? '0', 10) % parts.length || 0
  const records = parts[partition]?.records ?? []
  const position = { partition, offset: records.length }
  records.push({ ...record, ...position, appendedMs })
  return position
}

async function* deliver(
  log: ScriptedLog,
  parts: readonly ScriptedPart[],
  commits: number[],
  signal: AbortSignal,
  limit: number,
): AsyncGenerator<GroupEvent> {
  // What comes again was not committed after all, so the log is not drained before it is.
  for (const [partition, commit] of commits.entries()) {
    commits[partition] = Math.max(0, commit - log.redeliver())
  }
  const next = [...commits]
  for (const [partition, nextOffset] of next.entries()) {
    yield { kind: 'assigned', partition, nextOffset }
  }
  while (!signal.aborted) {
    for (const [partition, part] of parts.entries()) {
      const from = next[partition] ?? 0
      const records = part.records.slice(from, from + Math.max(1, log.batchSize(limit)))
      if (records.length === 0) continue
      next[partition] = from + records.length
      let isFenced = false
      const commit = async () => {
        const end = from + records.length
        const outcome = await commitAt(log.commitFate(), commits, partition, end)
        isFenced = outcome === 'fenced'
        return outcome
      }
      yield { kind: 'batch', batch: { partition, records, commit } }
      if (isFenced) {
        const nextOffset = commits[partition] ?? 0
        next[partition] = nextOffset
        yield { kind: 'revoked', partition }
        yield { kind: 'assigned', partition, nextOffset }
      }
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
}

async function commitAt(fate: CommitFate, commits: number[], partition: number, offset: number) {
  if (fate === 'unavailable') throw unavailable()
  if (fate === 'crash') throw new Crash()
  if (fate === 'fenced') return 'fenced' as const
  commits[partition] = Math.max(commits[partition] ?? 0, offset)
  if (fate === 'late-crash') throw new Crash()
  return 'committed' as const
}
