/**
 * The second act: everything is healed, and now the store has no excuse. Within a bounded virtual
 * time a write through each coordinator is acknowledged, every key is read through each of them,
 * and ingestion has taken all that the log holds. What is read last is what stands in the end.
 */

import { seededRandom } from '../src/adapters/seeded-random.ts'
import { indexKey, latestKey } from '../src/model/keys.ts'
import { READINGS_TOPIC } from '../src/model/topics.ts'
import type { FinalReads } from './checkers/readings.ts'
import type { CoordinatorMachine } from './cluster.ts'
import type { Kernel } from './kernel.ts'
import type { Cluster } from './nemesis.ts'
import {
  appendLastReadings,
  FLOORS,
  KEYS,
  readKeys,
  type UsedKey,
  type WorkloadWorld,
  writeKeys,
} from './workload.ts'

/** Virtual time within which everything must be well again. */
const CALM_MS_MAX = 60_000
const PAUSE_MS = 200
const KEYS_AT_ONCE = 200

export async function converge(
  world: WorkloadWorld,
  { coordinators }: Cluster,
  kernel: Kernel,
): Promise<FinalReads> {
  const { history, log } = world
  const readers = coordinators.map((machine) => auditedBy(world, machine))
  await isSoInTime(world, 'a write and a read of every key succeed', async () => {
    const isWell = await Promise.all(readers.map((reader) => reader()))
    return isWell.every((well) => well)
  })
  appendLastReadings(world)
  const isDrained = await kernel.until(() => log.isDrained(READINGS_TOPIC), CALM_MS_MAX)
  if (!isDrained) history.stuck.push('ingestion did not take all readings')
  await isSoInTime(world, 'all coordinators go by one ring', async () =>
    coordinators.every(({ ringName }) => ringName === coordinators[0]?.ringName),
  )
  history.rings.push(...coordinators.map(({ ringName }) => `${ringName}`))
  const final = new Map<string, string | null>()
  for (const machine of coordinators) {
    await isSoInTime(world, `all keys are read via ${machine.name}`, () =>
      readAllKeys(world, machine, final),
    )
  }
  return final
}

/** Writes one key and reads all of them; true when everything was answered. */
function auditedBy(world: WorkloadWorld, machine: CoordinatorMachine) {
  const random = seededRandom(`audit ${machine.name}`)
  const own: UsedKey = { key: `plain:audit ${machine.name}`, lane: 'plain' }
  return async () => {
    const [entry] = await writeKeys(world, machine, [own], random)
    if (entry?.outcome !== 'done') return false
    const before = world.history.reads.length
    await readKeys(world, machine, [...KEYS, own])
    return world.history.reads.length - before >= KEYS.length + 1
  }
}

async function readAllKeys(
  world: WorkloadWorld,
  machine: CoordinatorMachine,
  final: Map<string, string | null>,
): Promise<boolean> {
  const { logged, reads } = world.history
  const ordered = [
    ...logged.flatMap(({ key }) => key ?? []),
    ...FLOORS.flatMap((floor) => [latestKey(floor), indexKey(floor)]),
  ]
  const keys: UsedKey[] = [...KEYS]
  for (const key of new Set(ordered)) keys.push({ key, lane: 'ordered' })
  const from = reads.length
  for (let start = 0; start < keys.length; start += KEYS_AT_ONCE) {
    await readKeys(world, machine, keys.slice(start, start + KEYS_AT_ONCE))
  }
  for (const { key, text } of reads.slice(from)) final.set(key, text)
  return reads.length - from === keys.length
}

/** Tries until it is so; what does not come to be so in time is noted. */
async function isSoInTime(
  { kernel, history }: WorkloadWorld,
  what: string,
  isSo: () => Promise<boolean>,
): Promise<void> {
  let isOver = false
  const endMs = kernel.nowMs + CALM_MS_MAX
  const trying = async () => {
    while (kernel.nowMs < endMs) {
      if (await isSo()) return true
      await kernel.sleep(PAUSE_MS)
    }
    return false
  }
  void trying().then((isSoNow) => {
    isOver = true
    if (!isSoNow) history.stuck.push(`not within ${CALM_MS_MAX} ms of calm: ${what}`)
  })
  await kernel.until(() => isOver, 2 * CALM_MS_MAX)
  if (!isOver) history.stuck.push(`never answered: ${what}`)
}
