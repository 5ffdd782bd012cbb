/**
 * How a client asks a coordinator: it waits at the door while the process is stopped, and gives up
 * when the process dies or has not answered for so long that it never will.
 */
import type { Store } from '../src/store/client.ts'
import type { CoordinatorMachine } from './cluster.ts'
import type { History } from './history.ts'
import type { Kernel } from './kernel.ts'
import type { SimLog } from './log.ts'

export interface WorkloadWorld {
  readonly kernel: Kernel
  readonly history: History
  readonly coordinators: readonly CoordinatorMachine[]
  readonly log: SimLog
}

/** An operation that is not answered by then is never answered. */
const PATIENCE_MS = 25_000

/** What the store answers; undefined = it never did, because it died or hangs. */
export async function asked<T>(
  { kernel, history }: WorkloadWorld,
  machine: CoordinatorMachine,
  about: string,
  ask: (store: Store) => Promise<T>,
): Promise<T | undefined> {
  const { life } = machine
  const late = Promise.withResolvers<undefined>()
  const planned = kernel.at(PATIENCE_MS, kernel.world, 'patience', () => {
    history.stuck.push(`${machine.name} did not answer within ${PATIENCE_MS} ms: ${about}`)
    late.resolve(undefined)
  })
  const died = life.over.then(() => undefined)
  const answered = Promise.withResolvers<T | undefined>()
  // Waits at the door while the process is stopped.
  kernel.at(0, life, 'request', () => {
    answered.resolve(machine.store ? ask(machine.store) : undefined)
  })
  const answer = await Promise.race([answered.promise, died, late.promise])
  planned.cancel()
  return answer
}
