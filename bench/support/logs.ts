/**
 * The two logs that a bench can run on, as plain data that can be handed to another process.
 */
import { join } from 'node:path'
import type { LogDescription } from '../../test/support/log-description.ts'
import { temporaryFolder } from '../../test/support/process.ts'

export function onKafka(bootstrap: string): LogDescription {
  return { kind: 'kafka', options: { bootstrap: bootstrap.split(',') } }
}

export function onOneFile(): LogDescription {
  return { kind: 'sqlite', options: { path: join(temporaryFolder('bench-log'), 'log.db') } }
}

/** Flags of every command that uses the log. */
export function logFlags(log: LogDescription): readonly string[] {
  return log.kind === 'kafka'
    ? ['--kafka-bootstrap', log.options.bootstrap.join(',')]
    : ['--log-path', log.options.path]
}

export const logName = (log: LogDescription): string =>
  log.kind === 'kafka' ? 'Kafka' : 'the embedded log'
