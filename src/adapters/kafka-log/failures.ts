/**
 * The failures of the log that the port knows, with sentences for a person. What is not a failure
 * of Kafka is a bug and passes through as it is.
 */
import { LogError } from '../../ports/log.ts'

export function unknownTopic(topic: string): LogError {
  return new LogError(
    'unknown-topic',
    `Kafka has no topic ${topic}.`,
    'Declare it first, or correct its name.',
  )
}

export function recordTooLarge(topic: string, bytes: number, cause?: unknown): LogError {
  return new LogError(
    'record-too-large',
    `Kafka does not take a record of ${bytes} bytes into ${topic}.`,
    'Make the record smaller, or raise max.message.bytes of the topic.',
    { cause },
  )
}

export function unavailable(bootstrap: readonly string[], cause: unknown): LogError {
  const reason = reasonOf(cause)
  return new LogError(
    'unavailable',
    `Kafka at ${bootstrap.join(',')} does not answer${reason ? `: ${reason}` : ''}.`,
    'Start the broker, or correct --kafka-bootstrap.',
    { cause },
  )
}

export function closed(): LogError {
  return new LogError('closed', 'This log was closed.', 'Open a new one.')
}

/** The innermost message, which names the address or the broker's own complaint. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0)
    return reasonOf(error.errors.at(-1))
  if (!(error instanceof Error)) return ''
  const inner = error.cause instanceof Error ? reasonOf(error.cause) : ''
  return inner || error.message.replace(/\.$/, '')
}
