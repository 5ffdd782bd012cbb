/**
 * Says every few seconds how many records wait in the log, also while a batch is stuck: that is
 * when somebody wants to know.
 */
import type { IngestionOptions, IngestionWorld } from './world.ts'

export const LAG_REPORT_EVERY_MS = 5_000

/** Resolves some time after the signal is aborted; never rejects. */
export async function reportLag(
  { clock, log, trace }: IngestionWorld,
  { topic, group }: IngestionOptions,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await clock.sleep(LAG_REPORT_EVERY_MS, signal)
      for (const { partition, records } of await log.lag(topic, group)) {
        trace.note('debug', { kind: 'ingestion.lag', partition, records })
      }
    } catch (error) {
      if (signal.aborted) return
      trace.note('debug', { kind: 'ingestion.lag-unknown', reason: String(error) })
    }
  }
}
