/**
 * Which keys are used when. Keys come in generations: most operations meet on the few keys of the
 * present one, so that they collide, and some go back to older ones, so that what was written
 * before a fault is looked at after it. A generation ends after so many operations, which keeps the
 * number of operations on each key, and with it the work of the checkers, within bounds.
 */
import type { Lane } from '../sim/history.ts'
import { must } from '../src/model/must.ts'
import type { Random } from '../src/ports/random.ts'

export interface UsedKey {
  readonly key: string
  readonly lane: Lane
}

/** Lanes that are used, and how many keys of each a generation has. */
const LANES: readonly (readonly [Lane, number])[] = [
  ['plain', 8],
  ['ttl', 3],
  ['ordered', 3],
]
export const GENERATION_OPERATIONS = 1_000
const OLD_CHANCE = 0.15

/** Characters that a careless hand would change on the way. */
export function keysOf(generation: number): readonly UsedKey[] {
  return LANES.flatMap(([lane, count]) =>
    Array.from({ length: count }, (_, n) => ({ lane, key: `${prefixOf(lane, generation)}${n}` })),
  )
}

export function prefixOf(lane: Lane, generation: number): string {
  return `${lane}:à/%2F+${generation}:`
}

export function generationAt(operation: number): number {
  return Math.floor(operation / GENERATION_OPERATIONS)
}

/** For the so many-th operation of the run. */
export function drawKey(random: Random, operation: number): UsedKey {
  const present = generationAt(operation)
  const isOld = random.chance(OLD_CHANCE)
  const generation = isOld ? random.below(present + 1) : present
  const keys = keysOf(generation)
  return must(keys[random.below(keys.length)])
}
