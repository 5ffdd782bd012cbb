/**
 * Clients of the conditional lane in the simulation: each step goes to some coordinator that is up.
 * What was never answered is in doubt, also where the coordinator is known to have died.
 */
import { must } from '../src/model/must.ts'
import type { Random } from '../src/ports/random.ts'
import type { WriteOutcome } from '../src/store/client.ts'
import { asked, type WorkloadWorld } from './asking.ts'
import type { CoordinatorMachine } from './cluster.ts'
import {
  afterStep,
  type ChangeAnswer,
  type ClientMemory,
  type ConditionalKey,
  type ConditionalStore,
  conditionalKeys,
  newClient,
  nextStep,
  takeStep,
} from './conditional-workload.ts'

export const CONDITIONAL_KEYS = conditionalKeys('cas:')

/** A pair of clients; now and then both want the same document at the same moment. */
export interface ConditionalPair {
  readonly memories: readonly ClientMemory[]
}

const BOTH_CHANCE = 0.5

export function newPair(name: string): ConditionalPair {
  return { memories: [newClient(`${name}a`), newClient(`${name}b`)] }
}

/** One of the pair takes a step, or both do, each through a coordinator of its own. */
export async function conditionalStep(
  world: WorkloadWorld,
  machine: CoordinatorMachine,
  { memories }: ConditionalPair,
  random: Random,
): Promise<ConditionalPair> {
  const isBoth = random.chance(BOTH_CHANCE)
  const keys = isBoth ? [must(CONDITIONAL_KEYS[random.below(CONDITIONAL_KEYS.length)])] : undefined
  const others = world.coordinators.filter((one) => one.isUp && one !== machine)
  const via = [machine, others[random.below(Math.max(1, others.length))] ?? machine]
  const stepping = memories.map((memory, index) =>
    isBoth || index === 0
      ? stepOf(world, must(via[index]), memory, keys ?? CONDITIONAL_KEYS, random)
      : memory,
  )
  return { memories: await Promise.all(stepping) }
}

async function stepOf(
  world: WorkloadWorld,
  machine: CoordinatorMachine,
  memory: ClientMemory,
  keys: readonly ConditionalKey[],
  random: Random,
): Promise<ClientMemory> {
  const step = nextStep(memory, keys, random)
  const answer = await takeStep(world.history, storeOf(world, machine), machine.name, step)
  return afterStep(memory, step, answer)
}

/** Every document once through this coordinator; true = all were answered. */
export async function readConditional(
  world: WorkloadWorld,
  machine: CoordinatorMachine,
): Promise<boolean> {
  const answers = CONDITIONAL_KEYS.map((used) => {
    const nothing = { requestId: null, expectedEtag: null, text: null }
    const step = { ...used, kind: 'read' as const, ...nothing }
    return takeStep(world.history, storeOf(world, machine), machine.name, step)
  })
  return (await Promise.all(answers)).every(({ kind }) => kind === 'found' || kind === 'absent')
}

function storeOf(world: WorkloadWorld, machine: CoordinatorMachine): ConditionalStore {
  return {
    async readConditional(key) {
      const outcomes = await asked(world, machine, `read ${key}`, (store) => store.read([key]))
      const outcome = outcomes?.[0]
      if (outcome?.kind === 'absent') return { kind: 'absent', etag: null }
      if (outcome?.kind !== 'found') return { kind: 'unavailable' }
      return { kind: 'found', text: outcome.text, etag: outcome.etag ?? '' }
    },
    async change(key, change) {
      const write = { key, ...change }
      const outcomes = await asked(world, machine, `change ${key}`, (store) => store.write([write]))
      return answerOf(outcomes?.[0])
    },
  }
}

function answerOf(outcome: WriteOutcome | undefined): ChangeAnswer {
  switch (outcome?.kind) {
    case 'done':
      return { kind: 'done', etag: outcome.etag ?? null }
    case 'mismatch':
      return { kind: 'mismatch', etag: outcome.etag }
    case undefined:
    case 'unknown':
      return { kind: 'unknown' }
    default:
      return { kind: 'failed' }
  }
}
