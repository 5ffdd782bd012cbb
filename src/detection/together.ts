/**
 * A stage that does several things at once ends as one: when a task ends or fails, the others are
 * asked to stop, and the first failure is the stage's. Being asked to stop is no failure.
 */
export type Task = (signal: AbortSignal) => Promise<void>

/** Resolves when all tasks have ended; rejects with what the first one failed of. */
export async function together(signal: AbortSignal, tasks: readonly Task[]): Promise<void> {
  const own = new AbortController()
  const either = AbortSignal.any([signal, own.signal])
  const failures: unknown[] = []
  const running = tasks.map(async (task) => {
    try {
      await task(either)
    } catch (error) {
      if (!either.aborted || error !== either.reason) failures.push(error)
    } finally {
      own.abort()
    }
  })
  await Promise.all(running)
  if (failures.length > 0) throw failures[0]
}
