/**
 * Manners towards a Kafka that is away: a question is given up after its patience, another attempt
 * waits a little longer each time, and an outage is said once, with its end.
 */
import type { Clock } from '../../ports/clock.ts'
import { LogError } from '../../ports/log.ts'
import { lateReason, withinTime } from '../within-time.ts'
import { failureOf } from './client.ts'
import { reasonOf, unavailable, unknownTopic } from './failures.ts'
import { AWAY_WAIT_MS_FIRST, AWAY_WAIT_MS_MAX, type KafkaWorld } from './tuning.ts'

/** Nothing came in time. */
export class TooLate extends Error {}

/** What the promise resolves to, or a rejection after `ms`; the promise itself goes on. */
export async function within<T>(clock: Clock, ms: number, promise: Promise<T>): Promise<T> {
  const answer = await withinTime(
    clock,
    ms,
    promise.then((value) => ({ value })),
  )
  if (!answer) throw new TooLate(lateReason(ms))
  return answer.value
}

/** One question with finite patience. Every rejection of Kafka becomes a LogError. */
export async function ask<T>(
  world: KafkaWorld,
  topic: string,
  question: () => Promise<T>,
): Promise<T> {
  try {
    return await within(world.clock, world.tuning.patienceMs, question())
  } catch (error) {
    throw asLogError(world, topic, error)
  }
}

/** As the port knows it; what did not come from Kafka stays as it is. */
export function asLogError(world: KafkaWorld, topic: string, error: unknown): unknown {
  if (error instanceof TooLate) return unavailable(world.bootstrap, error)
  const kind = failureOf(error)
  if (kind === undefined) return error
  return kind === 'unknown-topic' ? unknownTopic(topic) : unavailable(world.bootstrap, error)
}

/** Counts the failures of one reader or member, and says the first and their end. */
export interface Outage {
  /** Waits before the next attempt; at most until the signal. */
  failed(error: unknown, signal: AbortSignal): Promise<void>
  passed(): void
}

/** `subject` names who cannot go on: plain values for the trace. */
export function createOutage(
  { clock, trace }: KafkaWorld,
  subject: Readonly<Record<string, string | number>>,
): Outage {
  let failures = 0
  let sinceMs = 0
  return {
    async failed(error, signal) {
      if (failures === 0) sinceMs = clock.monotonicMs()
      const level = failures === 0 ? 'warn' : 'debug'
      trace.note(level, { kind: 'log.waiting', ...subject, reason: reasonOf(error) })
      const waitMs = Math.min(AWAY_WAIT_MS_MAX, AWAY_WAIT_MS_FIRST * 2 ** failures)
      failures += 1
      await rest(clock, waitMs, signal)
    },
    passed() {
      if (failures === 0) return
      const waitedMs = Math.round(clock.monotonicMs() - sinceMs)
      trace.note('info', { kind: 'log.waiting.over', ...subject, failures, waitedMs })
      failures = 0
    },
  }
}

/** Sleeps, and wakes early without a rejection when the signal is aborted. */
async function rest(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal)
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/**
 * Asks until there is an answer; undefined when the signal is aborted first. Rejects where waiting
 * cannot help.
 */
export async function askUntilAnswered<T>(
  world: KafkaWorld,
  topic: string,
  outage: Outage,
  signal: AbortSignal,
  question: () => Promise<T>,
): Promise<T | undefined> {
  while (!signal.aborted) {
    try {
      const asked = ask(world, topic, question)
      const answer = await orAborted(
        signal,
        asked.then((value) => ({ value })),
      )
      if (!answer) break
      outage.passed()
      return answer.value
    } catch (error) {
      if (!(error instanceof LogError) || error.code !== 'unavailable') throw error
      await outage.failed(error.cause, signal)
    }
  }
  return
}

/** What the promise settles with, or undefined as soon as the signal is aborted. */
async function orAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T | undefined> {
  const aborted = Promise.withResolvers<undefined>()
  const ring = () => aborted.resolve(undefined)
  signal.addEventListener('abort', ring)
  try {
    return await Promise.race([promise, aborted.promise])
  } finally {
    signal.removeEventListener('abort', ring)
  }
}
