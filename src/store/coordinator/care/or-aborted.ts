/**
 * Stops waiting for something when a signal is aborted. What was waited for goes on by itself, and
 * nobody hears of it.
 */
export function orAborted<T>(awaited: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    awaited.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
