/**
 * A signal that stops a process is sent at once and obeyed a little later: until then it may still
 * answer. A test that counts on its silence waits here.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from './eventually.ts'

/** Where a system does not tell how its threads are. */
const USUALLY_OBEYED_MS = 200

/** Resolves once every thread of the process has stopped. */
export async function untilItStandsStill(pid: number): Promise<void> {
  const threads = `/proc/${pid}/task`
  if (!existsSync(threads)) return await sleep(USUALLY_OBEYED_MS)
  await eventually(`process ${pid} stands still`, () =>
    readdirSync(threads).every((thread) => stateOf(`${threads}/${thread}/stat`) === 'T'),
  )
}

/** The letter behind the name, which stands in brackets. A thread that has ended is no trouble. */
function stateOf(path: string): string | undefined {
  try {
    return /\) (\w)/.exec(readFileSync(path, 'utf8'))?.[1]
  } catch {
    return 'T'
  }
}
