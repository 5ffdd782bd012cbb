/**
 * Histories of the conditional lane in any number: clients with their workload over a store that is
 * right, or wrong in a known way.
 */
import { seededRandom } from '../../src/adapters/seeded-random.ts'
import type { Random } from '../../src/ports/random.ts'
import {
  afterStep,
  type ConditionalKey,
  type ConditionalStore,
  newClient,
  nextStep,
  takeStep,
} from '../conditional-workload.ts'
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
    const own = random.fork(`client ${number}`)
    void runClient(`c${number}`, { kernel, history, store }, plan, own).then(() => {
      running -= 1
    })
  }
  await kernel.until(() => running === 0, RUN_MS_MAX)
  return history
}

interface RunWorld {
  readonly kernel: Kernel
  readonly history: History
  readonly store: ConditionalStore
}

async function runClient(
  name: string,
  { kernel, history, store }: RunWorld,
  { steps, keys }: RunPlan,
  random: Random,
): Promise<void> {
  let memory = newClient(name)
  while (memory.steps < steps) {
    await kernel.sleep(random.below(THINK_MS_MAX))
    const step = nextStep(memory, keys, random)
    memory = afterStep(memory, step, await takeStep(history, store, name, step))
  }
}
