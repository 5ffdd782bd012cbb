/**
 * Clients that ask without pause, each one thing after the other, whatever happens to the server:
 * load, and witnesses of what was answered in the meantime.
 */
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { WireAnswer } from './wire-client.ts'

export interface Clients {
  /** Every answer until now. */
  readonly statuses: readonly number[]
  /** Resolves to the status of every answer; nobody there is no answer. */
  stop(): Promise<readonly number[]>
}

/** Between two questions of a client, and while nobody is there. */
const PAUSE_MS = 5

/** `ask` is told how many questions there were before. They end with the test at the latest. */
export function keepAsking(
  t: Pick<TestContext, 'after'>,
  count: number,
  ask: (n: number) => Promise<WireAnswer>,
): Clients {
  const stopping = new AbortController()
  t.after(() => stopping.abort())
  const statuses: number[] = []
  let asked = 0
  const beClient = async () => {
    while (!stopping.signal.aborted) {
      const answer = await ask(asked++).catch(() => undefined)
      if (answer) statuses.push(answer.status)
      await sleep(PAUSE_MS)
    }
  }
  const asking = Promise.all(Array.from({ length: count }, beClient))
  return {
    statuses,
    async stop() {
      stopping.abort()
      await asking
      return statuses
    },
  }
}
