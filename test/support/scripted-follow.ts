/**
 * How a scripted log is read without a group: all that stands there, then what comes, and a gap
 * where records were removed before they were read.
 */
import { setImmediate as turn } from 'node:timers/promises'
import type { FollowEvent, FollowStart, LogRecord } from '../../src/ports/log.ts'

export interface ScriptedPart {
  /** Every record there ever was; its offset is its place here. */
  readonly records: LogRecord[]
  /** Those before it were removed. */
  first: number
}

interface FollowScript {
  isAway: () => boolean
  followSize: () => number
}

export async function* followParts(
  parts: readonly ScriptedPart[],
  start: FollowStart,
  signal: AbortSignal,
  script: FollowScript,
): AsyncGenerator<FollowEvent> {
  const next = parts.map((part, partition) => startOf(part, partition, start))
  const ends = parts.map(({ records }) => records.length)
  let isCaughtUp = false
  while (!signal.aborted) {
    for (const [partition, part] of parts.entries()) {
      if (script.isAway()) break
      const from = next[partition] ?? 0
      const event = eventAt(part, partition, from, script.followSize())
      if (!event) continue
      next[partition] = event.kind === 'gap' ? event.to : from + event.records.length
      yield event
    }
    if (!isCaughtUp && ends.every((end, partition) => (next[partition] ?? 0) >= end)) {
      isCaughtUp = true
      yield { kind: 'caught-up' }
    }
    await turn()
  }
}

function startOf({ records, first }: ScriptedPart, partition: number, start: FollowStart): number {
  if (start === 'oldest') return first
  if (start === 'newest') return records.length
  return start.find((one) => one.partition === partition)?.offset ?? first
}

function eventAt(
  { records, first }: ScriptedPart,
  partition: number,
  from: number,
  size: number,
): Exclude<FollowEvent, { kind: 'caught-up' }> | undefined {
  if (from < first) return { kind: 'gap', partition, from, to: first }
  const some = records.slice(from, from + size)
  return some.length > 0 ? { kind: 'records', partition, records: some } : undefined
}
