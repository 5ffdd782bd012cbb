/**
 * What care needs of conditional keys: one record that is changed in a single step, and registers
 * that are written again as they stand.
 */
import type { ConditionalLane } from '../conditional/lane.ts'
import { type Changed, changed, type Register } from '../conditional/register.ts'
import type { ChangeKey } from './lease.ts'

/** `name`: of this start of this coordinator; its changes are named after it. */
export function keyChanger(lane: ConditionalLane, name: string): ChangeKey {
  let requests = 0
  return async (key, change) => {
    requests += 1
    const requestId = `${name}.${requests}`
    let isLeft = false
    const outcome = await lane.propose(key, (register, etag) => {
      const text = change(register.text)
      isLeft = text === 'leave'
      return text === 'leave' ? asItIs(register) : changed(register, { text, requestId }, etag)
    })
    if (outcome.kind === 'decided') return { kind: isLeft ? 'left' : 'done' }
    return { kind: outcome.kind === 'unknown' ? 'unknown' : 'failed' }
  }
}

/** The same document with the same etag, accepted by a quorum under a new ballot; true = it was. */
export async function reaffirm(lane: ConditionalLane, key: string): Promise<boolean> {
  const again = (register: Register): Changed => {
    return { kind: 'changed', register, etag: register.etag }
  }
  return (await lane.propose(key, again)).kind === 'decided'
}

function asItIs({ etag }: Register): Changed {
  return { kind: 'mismatch', etag }
}
