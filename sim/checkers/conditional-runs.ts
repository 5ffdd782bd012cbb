/**
 * Histories of the conditional lane in any number: clients with their workload over a store that is
 * right, or wrong in a known way.
 */
import { seededRandom } from '../../src/adapters/seeded-random.ts'
import { type ConditionalKey, runConditionalClient } from '../conditional-workload.ts'
import { Digest } from '../digest.ts'
import { History } from '../history.ts'
import { Kernel } from '../kernel.ts'
import { AtomicStore, type StoreBug } from './atomic-store.ts'

export interface RunPlan {
  readonly clients: number
  /** Of each client. */
  readonly steps: number
  readonly keys: readonly ConditionalKey[]
  readonly bug?: StoreBug
}

const THINK_MS_MAX = 40
const RUN_MS_MAX = 10_000_000

export async function conditionalRun(seed: number | string, plan: RunPlan): Promise<History> {
  const random = seededRandom(seed)
  const kernel = new Kernel(random.fork('ties'), new Digest())
  const store = new AtomicStore(kernel, random.fork('store'), plan.bug ?? null)
  const history = new History()
  let running = plan.clients
  for (let number = 0; number < plan.clients; number += 1) {
    const name = `c${number}`
    const own = random.fork(name)
    const pause = () => kernel.sleep(own.below(THINK_MS_MAX))
    const world = { history, pause, door: async () => ({ via: name, store }) }
    void runConditionalClient(name, plan.steps, world, plan.keys, own).then(() => {
      running -= 1
    })
  }
  await kernel.until(() => running === 0, RUN_MS_MAX)
  return history
}
