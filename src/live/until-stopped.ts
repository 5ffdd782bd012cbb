/**
 * A service that waits is woken by the signal with a rejection; to its process that is the polite
 * end which was asked for, and no failure.
 */
export async function untilStopped(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error
  }
}
