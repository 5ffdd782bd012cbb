/**
 * The second act: everything is healed, and now the store has no excuse. Within a bounded virtual
 * time a write through each coordinator is acknowledged, every key is read through each of them,
 * ingestion has taken all that the log holds, whatever the ring was changed for comes to an end,
 * and the replicas are the same. What is read last is what stands in the end.
 */
import { seededRandom } from '../src/adapters/seeded-random.ts'
import { indexKey, latestKey } from '../src/model/keys.ts'
import { READINGS_TOPIC } from '../src/model/topics.ts'
import { DIGEST_LASTS_MS } from '../src/store/shard/replica-rows.ts'
import type { WorkloadWorld } from './asking.ts'
import type { FinalReads } from './checkers/readings.ts'
import type { Violation } from './checkers/violation.ts'
import { START_WALL_MS } from './clock.ts'
import type { CoordinatorMachine, Surroundings } from './cluster.ts'
import { readConditional } from './conditional-clients.ts'
import { hasDamage, judgedDisks, type Settling, unsettled } from './disks-in-the-end.ts'
import { GRACE_MS } from './machines.ts'
import { appendLastReadings } from './meters.ts'
import type { Cluster, Nemesis } from './nemesis.ts'
import type { RingWatch } from './ring-watch.ts'
import { FLOORS, KEYS, readKeys, type UsedKey, writeKeys } from './workload.ts'

export interface CalmWorld extends WorkloadWorld {
  readonly cluster: Cluster
  readonly nemesis: Nemesis
  readonly rings: RingWatch
  readonly around: Surroundings
}

/** Virtual time within which everything must be well again. */
const CALM_MS_MAX = 60_000
/** And for what goes on in the background. */
const SETTLED_MS_MAX = 120_000
const PAUSE_MS = 200
const SETTLED_PAUSE_MS = 500
const KEYS_AT_ONCE = 200

export interface InTheEnd {
  readonly final: FinalReads
  /** What is wrong on the disks. */
  readonly onDisks: readonly Violation[]
}

export async function converge(world: CalmWorld): Promise<InTheEnd> {
  const { history, log, kernel, coordinators } = world
  const settling = settlingOf(world)
  const readers = coordinators.map((machine) => auditedBy(world, machine))
  await isSoInTime(world, 'a write and a read of every key succeed', async () => {
    const isWell = await Promise.all(readers.map((reader) => reader()))
    return isWell.every((well) => well)
  })
  await whole(world)
  appendLastReadings(world)
  const isDrained = await kernel.until(() => log.isDrained(READINGS_TOPIC), CALM_MS_MAX)
  if (!isDrained) history.stuck.push('ingestion did not take all readings')
  await isSoInTime(world, 'all coordinators go by one ring', async () =>
    coordinators.every(({ ringName }) => ringName === coordinators[0]?.ringName),
  )
  history.rings.push(...coordinators.map(({ ringName }) => `${ringName}`))
  await settled(world, settling)
  const final = new Map<string, string | null>()
  for (const machine of coordinators) {
    await isSoInTime(world, `all keys are read via ${machine.name}`, async () => {
      const isAll = await readAllKeys(world, machine, final)
      return (await readConditional(world, machine)) && isAll
    })
  }
  // A shard that was in no ring may have been told only now that it is to keep nothing.
  await settled(world, settling)
  await mended(world, settling)
  return { final, onDisks: await judgedDisks(settling) }
}

/** While the ring is changed, nobody leaves a shard in it that will never come back. */
async function whole(world: CalmWorld): Promise<void> {
  const { nemesis, coordinators, rings } = world
  const isChanging = nemesis.isReshaping || rings.newest?.change !== undefined
  if (nemesis.emptied === null || !isChanging) return
  let tries = 0
  await isSoInTime(world, 'the emptied shard is replaced', async () => {
    const machine = coordinators[tries % coordinators.length]
    tries += 1
    return machine !== undefined && nemesis.replaceEmptied(machine)
  })
}

function settlingOf({ cluster, rings, around, kernel, history }: CalmWorld): Settling {
  const graceMs = around.pace.care.graceMs ?? GRACE_MS
  const nowMs = () => START_WALL_MS + kernel.nowMs
  // Where deleted rows are forgotten within the run, they are before the last reads.
  const repairedAfterMs = nowMs() + (graceMs < GRACE_MS ? graceMs : 0)
  return { cluster, rings, around, history, graceMs, nowMs, repairedAfterMs }
}

async function settled(world: CalmWorld, settling: Settling): Promise<void> {
  const { kernel, history } = world
  const endMs = kernel.nowMs + SETTLED_MS_MAX
  let left = unsettled(settling)
  while (left.length > 0 && kernel.nowMs < endMs) {
    const nextMs = kernel.nowMs + SETTLED_PAUSE_MS
    if (!(await kernel.until(() => kernel.nowMs >= nextMs, 2 * SETTLED_MS_MAX))) break
    // A change that was asked for before may have come to the emptied shard only now.
    await whole(world)
    left = unsettled(settling)
  }
  for (const what of left.slice(0, 1)) {
    history.stuck.push(`not within ${SETTLED_MS_MAX} ms of calm: ${what}`)
  }
}

/** A shard finds what its disk has changed once it does not believe its last digest any more. */
async function mended({ kernel }: CalmWorld, settling: Settling): Promise<void> {
  const endMs = kernel.nowMs + DIGEST_LASTS_MS + SETTLED_MS_MAX
  while (hasDamage(settling) && kernel.nowMs < endMs) {
    const nextMs = kernel.nowMs + SETTLED_PAUSE_MS
    if (!(await kernel.until(() => kernel.nowMs >= nextMs, 2 * SETTLED_MS_MAX))) break
  }
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
