/**
 * Two times, because mixing them is the classic bug: the wall time stamps records, the monotonic
 * time measures durations. Cores take `now` as an argument; only shells hold a Clock, so that a
 * simulation can hand them a virtual one.
 */
export interface Clock {
  /** Wall time in ms since 1970. May jump or drift. For stamping records, never for measuring. */
  wallMs(): number
  /** Never goes back. For timeouts and durations, never for stamping. */
  monotonicMs(): number
  /** Resolves after delayMs; rejects with the signal's reason if aborted first. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>
}
