/**
 * Chooses the log: one file on this machine, or Apache Kafka. The only place that knows both. An
 * adapter is loaded when it is needed, so that a process without Kafka does not carry its client.
 */
import { dirname } from 'node:path'
import type { Log } from '../ports/log.ts'
import { untilDone, whenReachable } from '../ports/patience.ts'
import type { Context } from './context.ts'
import { makeDataFolder } from './data-folder.ts'
import type { Resolved } from './settings/resolve.ts'
import { topicDeclarations } from './topics.ts'

/** Kafka when it was asked for, or when somebody said where it is. */
export function usesKafka({ settings, sources }: Resolved): boolean {
  if (settings.log !== 'auto') return settings.log === 'kafka'
  return sources.kafkaBootstrap.kind !== 'default'
}

/** The log, with all topics there. Waits while it cannot be reached, until the signal. */
export async function openLog(context: Context): Promise<Log> {
  const log = await connectLog(context)
  await declareTopics(context, log, context.signal)
  return log
}

/** Makes the topics that are missing. Waits while the log cannot be reached, until the signal. */
export function declareTopics(context: Context, log: Log, signal: AbortSignal): Promise<void> {
  const topics = topicDeclarations(context.settings.topic)
  return untilDone(context, 'log.waiting', signal, () => whenReachable(() => log.declare(topics)))
}

/** The log, for who can begin before it is reached. */
export async function connectLog({ resolved, settings, clock, trace }: Context): Promise<Log> {
  if (usesKafka(resolved)) {
    const { openKafkaLog } = await import('../adapters/kafka-log.ts')
    return openKafkaLog({ bootstrap: settings.kafkaBootstrap.split(','), clock, trace })
  }
  makeDataFolder(dirname(settings.logPath))
  const { openSqliteLog } = await import('../adapters/sqlite-log.ts')
  return openSqliteLog({ path: settings.logPath, clock, trace })
}
