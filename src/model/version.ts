/**
 * Which of two values of a key is the newer one. Merge = the larger (order, time, writer) wins;
 * this is commutative, associative and idempotent, so retries, repair and streaming are all the
 * same operation.
 */
export interface Version {
  /**
   * Milliseconds since 1970, may carry a fraction. For a plain write the wall time inside `time`; a
   * writer may give its own: ingestion gives the reading's event time, so `latest` never goes back.
   */
  readonly order: number
  /** Hybrid logical clock: (ms - 2020-01-01) x 4096 + counter, a safe integer until 2089. */
  readonly time: number
  /**
   * Random and fresh at each start of a coordinator, so that a version can never be issued twice.
   */
  readonly writer: string
}

/** Negative when a is older than b, 0 when they are the same version, positive when a is newer. */
export function compareVersions(a: Version, b: Version): number {
  if (a.order !== b.order) return a.order - b.order
  if (a.time !== b.time) return a.time - b.time
  if (a.writer === b.writer) return 0
  return a.writer < b.writer ? -1 : 1
}
