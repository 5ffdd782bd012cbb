/**
 * Appends dead letters, whatever it takes: an outage is waited out, and a broker that takes only
 * smaller records than we think gets them cut further. They are in the log before the batch they
 * came from is committed, so none is lost.
 */
import { type Log, LogError, type NewRecord } from '../ports/log.ts'
import { appendPatiently } from '../ports/patience.ts'
import type { RejectedRecord } from './batch-plan.ts'
import { appendsOf, DEAD_LETTER_VALUE_BYTES_MAX, deadLetterRecord } from './dead-letter.ts'
import type { IngestionOptions, IngestionWorld } from './world.ts'

export async function sendDeadLetters(
  world: IngestionWorld,
  options: IngestionOptions,
  rejected: readonly RejectedRecord[],
  signal: AbortSignal,
): Promise<void> {
  for (let bytesMax = DEAD_LETTER_VALUE_BYTES_MAX; ; bytesMax = Math.floor(bytesMax / 2)) {
    const letters = rejected.map((one) =>
      deadLetterRecord(one, options.topic, bytesMax, world.hash),
    )
    const isTaken = await appendAll(world, options.deadLetterTopic, letters, signal, bytesMax)
    if (isTaken) return
    world.trace.note('warn', { kind: 'ingestion.dead-letter-cut', valueBytesMax: bytesMax / 2 })
  }
}

/** False when a record was too large and can still be cut. */
async function appendAll(
  world: IngestionWorld & { readonly log: Log },
  topic: string,
  letters: readonly NewRecord[],
  signal: AbortSignal,
  bytesMax: number,
): Promise<boolean> {
  try {
    for (const records of appendsOf(letters)) await appendPatiently(world, topic, records, signal)
    return true
  } catch (error) {
    const canCut = error instanceof LogError && error.code === 'record-too-large' && bytesMax > 0
    if (canCut) return false
    throw error
  }
}
