/**
 * A change of the ring may have to wait: for the change before it, or for another coordinator to
 * take over from one that was killed. Meanwhile whoever typed the command is told for what, instead
 * of looking at nothing.
 */
import type { Clock } from '../ports/clock.ts'
import { askCoordinator } from './coordinator-client.ts'
import { waitText } from './ring-text.ts'

export interface WaitWorld {
  /** Of the coordinator that was asked. */
  readonly url: string
  readonly clock: Clock
  readonly say: (text: string) => void
}

/** Most changes are answered sooner, and then there is nothing to say. */
const LOOK_EVERY_MS = 1_000

/** What becomes of the answer; until it is there, each news of what it waits for is said. */
export async function sayingWhatItWaitsFor<T>(world: WaitWorld, answer: Promise<T>): Promise<T> {
  const answered = new AbortController()
  void tell(world, answered.signal)
  try {
    return await answer
  } finally {
    answered.abort()
  }
}

/** Never rejects, and says nothing any more once the answer is there. */
async function tell({ url, clock, say }: WaitWorld, answered: AbortSignal): Promise<void> {
  let said = ''
  for (;;) {
    await clock.sleep(LOOK_EVERY_MS, answered).catch(() => {})
    if (answered.aborted) return
    const text = await lookedUp(url)
    if (text === undefined || answered.aborted || withoutNumbers(text) === said) continue
    said = withoutNumbers(text)
    say(text)
  }
}

/** Whoever is asked for a change and cannot say this will have its own failure told. */
async function lookedUp(url: string): Promise<string | undefined> {
  try {
    const { body } = await askCoordinator(url, 'GET', '/sharding/info')
    return waitText(Object(body))
  } catch {
    return undefined
  }
}

/** The same sentence with a second less is no news. */
function withoutNumbers(text: string): string {
  return text.replaceAll(/\d+/g, '')
}
