/**
 * How a detector without the log makes an alarm known: it hands the alert document to a
 * coordinator, which makes notifications of it (contract, `POST /internal/broadcast`).
 */
import type { Alert } from '../model/alert.ts'

/**
 * `accepted`: the coordinator has it, new or seen before. `refused`: it never will take it (a wrong
 * token, a bad document). `unreachable`: it may or may not have it; sending again is safe.
 */
export type BroadcastOutcome = 'accepted' | 'refused' | 'unreachable'

export interface AlertBroadcast {
  /** Never rejects, and settles within a few seconds. */
  send(alert: Alert): Promise<BroadcastOutcome>
}
