/**
 * Anything that runs for as long as its process: a stage, a server, a follower of the log.
 */
export interface Service {
  /**
   * Works until the signal is aborted, then takes no new work, finishes and commits what it holds,
   * and resolves. Outages of the log or the store are ridden out inside. Rejects only when going on
   * would be wrong (a broken invariant, a setting that cannot work); the process then ends.
   */
  run(signal: AbortSignal): Promise<void>
}
