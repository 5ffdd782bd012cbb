/**
 * Readers of a log whose events pile up for a test to look at: a member of a group, and a follower.
 * Both run beside the test until they are told to leave.
 */
import assert from 'node:assert/strict'
import type {
  FollowEvent,
  FollowStart,
  Gap,
  GroupEvent,
  Log,
  LogRecord,
} from '../../src/ports/log.ts'
import { eventually } from './eventually.ts'

/** A broker needs some seconds to notice a dead member; when all is well nobody waits so long. */
export const PATIENCE_MS = 60_000

interface Reader<Event> {
  readonly events: readonly Event[]
  readonly records: readonly LogRecord[]
  values(): readonly string[]
  /** Waits until so many records have come; fails when the reader has failed. */
  has(count: number): Promise<void>
  until(what: string, condition: () => unknown): Promise<void>
  /** Aborts it and waits for its end. Rejects with what the reader rejected with. */
  leave(): Promise<void>
}

export interface Member extends Reader<GroupEvent> {
  /** What became of each commit, in order. */
  readonly commits: readonly ('committed' | 'fenced')[]
  /** Partitions that are its own now. */
  partitions(): readonly number[]
}

export interface Follower extends Reader<FollowEvent> {
  readonly gaps: readonly Gap[]
  /** It has been told that it has read what stood there when it began. */
  caughtUp(): boolean
}

export interface MemberOptions {
  readonly batchRecordsMax?: number
  /** Called with each batch; says whether to commit it. Default: always. */
  readonly commitIf?: (records: readonly LogRecord[]) => boolean | Promise<boolean>
}

export function joinGroup(
  log: Log,
  topic: string,
  group: string,
  { batchRecordsMax = 100, commitIf = () => true }: MemberOptions = {},
): Member {
  const stop = new AbortController()
  const events: GroupEvent[] = []
  const records: LogRecord[] = []
  const commits: ('committed' | 'fenced')[] = []
  const run = async () => {
    for await (const event of log.consume(topic, group, stop.signal, { batchRecordsMax })) {
      events.push(event)
      if (event.kind !== 'batch') continue
      records.push(...event.batch.records)
      if (await commitIf(event.batch.records)) commits.push(await event.batch.commit())
    }
  }
  const partitions = () => {
    const owned = new Set<number>()
    for (const event of events) {
      if (event.kind === 'assigned') owned.add(event.partition)
      if (event.kind === 'revoked') owned.delete(event.partition)
    }
    return [...owned].sort((a, b) => a - b)
  }
  return { ...reader(run, stop, records), events, records, commits, partitions }
}

export function startFollowing(log: Log, topic: string, start: FollowStart): Follower {
  const stop = new AbortController()
  const events: FollowEvent[] = []
  const records: LogRecord[] = []
  const gaps: Gap[] = []
  const run = async () => {
    for await (const event of log.follow(topic, start, stop.signal)) {
      events.push(event)
      if (event.kind === 'records') records.push(...event.records)
      if (event.kind === 'gap') gaps.push(event)
    }
  }
  const caughtUp = () => events.some(({ kind }) => kind === 'caught-up')
  return { ...reader(run, stop, records), events, records, gaps, caughtUp }
}

function reader(run: () => Promise<void>, stop: AbortController, records: readonly LogRecord[]) {
  let failure: unknown
  const ended = run().catch((error: unknown) => {
    failure = error
  })
  const until = async (what: string, condition: () => unknown) => {
    await eventually(what, () => failure !== undefined || condition(), PATIENCE_MS)
    if (failure !== undefined) throw failure
  }
  return {
    values: () => records.map(({ value }) => value),
    until,
    has: (count: number) => until(`${count} records have come`, () => records.length >= count),
    async leave() {
      stop.abort()
      await ended
      if (failure !== undefined) throw failure
    },
  }
}

/** In each partition offsets come one after the other, from `first` on. */
export function assertContiguous(records: readonly LogRecord[], first = 0): void {
  for (const [partition, own] of byPartition(records)) {
    const offsets = own.map(({ offset }) => offset)
    const expected = own.map((_, index) => first + index)
    assert.deepEqual(offsets, expected, `offsets of partition ${partition}`)
  }
}

export function byPartition(records: readonly LogRecord[]): ReadonlyMap<number, LogRecord[]> {
  return Map.groupBy(records, ({ partition }) => partition)
}

/** Records `{prefix}0`, `{prefix}1`, … under keys of their own, or all under one key. */
export function numbered(count: number, prefix = 'v', key?: string) {
  return Array.from({ length: count }, (_, number) => ({
    key: key ?? `${prefix}${number}`,
    value: `${prefix}${number}`,
  }))
}

export const valuesOf = (records: readonly { readonly value: string }[]) =>
  records.map(({ value }) => value)
export const sorted = (values: readonly string[]) => [...values].sort()
