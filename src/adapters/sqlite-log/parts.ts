/**
 * What the log's readers and writers share: the file as topics, records and leases, the one writer,
 * the bell that wakes readers, and how a reader rides out an outage.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../ports/clock.ts'
import { LogError } from '../../ports/log.ts'
import { untilDone, whenReachable } from '../../ports/patience.ts'
import type { Random } from '../../ports/random.ts'
import type { Trace } from '../../ports/trace.ts'
import type { Doorbell } from './doorbell.ts'
import { asLogError, closedLog } from './errors.ts'
import type { Lease, Leases } from './leases.ts'
import type { Records } from './records.ts'
import type { Retention } from './retention.ts'
import type { Topics } from './topics.ts'
import type { WriteJob, Writer } from './writer.ts'

export interface Parts {
  readonly clock: Clock
  readonly random: Random
  readonly trace: Trace
  readonly path: string
  readonly leaseMs: number
  readonly database: DatabaseSync
  readonly topics: Topics
  readonly records: Records
  readonly leases: Leases
  readonly writer: Writer
  readonly bell: Doorbell
  readonly retention: Retention
  /** Leases that members of this log hold now. */
  readonly held: Set<Lease>
  /** Aborted when the log is closed. */
  readonly closed: AbortSignal
}

/** Reads the file, whose failures become LogErrors. */
export function ask<T>(parts: Parts, read: () => T): T {
  if (parts.closed.aborted) throw closedLog()
  try {
    return read()
  } catch (error) {
    throw asLogError(error, parts.path)
  }
}

/** The same, waiting while the file cannot be used. Rejects with the signal's reason. */
export function askPatiently<T>(parts: Parts, signal: AbortSignal, read: () => T): Promise<T> {
  return untilDone(parts, 'log.waiting', signal, () => whenReachable(async () => ask(parts, read)))
}

/** Writes, waiting while the file cannot be used. Rejects with the signal's reason. */
export function writePatiently<T>(parts: Parts, signal: AbortSignal, job: WriteJob<T>): Promise<T> {
  return untilDone(parts, 'log.waiting', signal, () =>
    whenReachable(() => parts.writer.submit(job)),
  )
}

/**
 * Runs a reader that ends quietly when its signal is aborted, and with an error when the log is
 * closed under it. `read` is given a signal that stands for both.
 */
export async function* untilAborted<Event>(
  parts: Parts,
  signal: AbortSignal,
  read: (until: AbortSignal) => AsyncGenerator<Event>,
): AsyncGenerator<Event> {
  const until = AbortSignal.any([signal, parts.closed])
  try {
    yield* read(until)
  } catch (error) {
    const isClosed = error instanceof LogError && error.code === 'closed'
    if (!until.aborted || !(isClosed || error === until.reason)) throw error
  }
  if (!signal.aborted && parts.closed.aborted) throw closedLog()
}
