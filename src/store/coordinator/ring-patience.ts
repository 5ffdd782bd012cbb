/**
 * How long a change of the ring waits for the one that is under way, before it is refused. Usually
 * some seconds: an empty store moves within milliseconds, a full one for longer than anybody waits.
 *
 * While nobody carries the other one out, because the coordinator that did was killed, that says
 * nothing: those seconds count from when another has taken over. So whoever changes the ring right
 * after a crash waits a little longer, and is not refused for it.
 */
export interface PatienceLimits {
  /** So long for a change that somebody carries out. */
  readonly changeWaitMs: number
  /** So much longer at the most while nobody does. */
  readonly unattendedWaitMs: number
}

/** Tells at any time whether to wait on. Time is monotonic. */
export function patience(
  startMs: number,
  { changeWaitMs, unattendedWaitMs }: PatienceLimits,
): (nowMs: number, isUnattended: boolean) => boolean {
  const latestMs = startMs + changeWaitMs + unattendedWaitMs
  let untilMs = startMs + changeWaitMs
  return (nowMs, isUnattended) => {
    if (isUnattended) untilMs = Math.min(latestMs, nowMs + changeWaitMs)
    return nowMs < untilMs
  }
}
