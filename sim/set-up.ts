/**
 * How a run begins: the ring is founded, and further shards are taken in, in calm weather or in a
 * storm, before the first key is written or at about the same time.
 */
import { must } from '../src/model/must.ts'
import type { Random } from '../src/ports/random.ts'
import {
  type CoordinatorMachine,
  FOUNDERS,
  type ShardMachine,
  type Surroundings,
} from './cluster.ts'
import type { Profile } from './faults.ts'
import type { Cluster, Nemesis } from './nemesis.ts'
import { addressOf } from './network.ts'

export interface SetUpWorld {
  readonly around: Surroundings
  readonly cluster: Cluster
  readonly nemesis: Nemesis
  readonly profile: Profile
  readonly random: Random
}

const SET_UP_MS_MAX = 40_000
const STORMY_SET_UP_MS_MAX = 120_000
/** The first keys are written at about the same time as the ring changes, which takes its time. */
const RACE_MS_MAX = 150
const RACE_SLOWNESS = 20
const FIRST_KEYS_MS_MAX = 1_500
const TAKE_IN_TRIES_MAX = 6

/** False = no ring was founded, though nothing was in the way. */
export async function setUp(world: SetUpWorld): Promise<boolean> {
  const { cluster, nemesis, profile, random, around } = world
  const { shards, members, coordinators, ingestors } = cluster
  const isStormy = profile['stormy-founding'] > 0
  if (isStormy) nemesis.setClocks()
  for (const machine of [...shards, ...coordinators, ...ingestors]) machine.start()
  if (isStormy) nemesis.begin()
  else if (!(await allKnow(world, FOUNDERS.length))) return false
  const isRacing = isStormy || profile['ring-race'] > 0
  if (isRacing && !isStormy) nemesis.setClocks()
  const delayMs = isRacing ? random.fork('race').below(RACE_MS_MAX) : 0
  const takenIn = takeIn(world, members.slice(FOUNDERS.length), delayMs)
  if (isStormy) return around.kernel.until(() => someoneKnows(cluster), STORMY_SET_UP_MS_MAX)
  if (isRacing) await someTime(around, random.fork('first keys').below(FIRST_KEYS_MS_MAX))
  if (isRacing) return true
  let isIn = false
  void takenIn.then(() => {
    isIn = true
  })
  if (!(await around.kernel.until(() => isIn, SET_UP_MS_MAX))) return false
  const isWell = await allKnow(world, members.length, profile['late-coordinator'] > 0 ? 1 : 0)
  // Where all clocks of coordinators are minutes ahead, nobody may write, nor change the ring.
  nemesis.setClocks()
  return isWell
}

/** By the first coordinator, one after another, as an operator would. */
async function takeIn(
  { around, cluster }: SetUpWorld,
  newcomers: readonly ShardMachine[],
  delayMs: number,
): Promise<void> {
  const { kernel, network } = around
  await kernel.sleep(delayMs)
  network.slowness = delayMs > 0 ? RACE_SLOWNESS : 1
  const first = must(cluster.coordinators[0])
  for (const { name } of newcomers) {
    for (let tries = 0; tries < TAKE_IN_TRIES_MAX; tries += 1) {
      const asked = first.isUp ? first.coordinator?.ring.addNode(addressOf(name)) : undefined
      const kind = (await Promise.race([asked, first.life.over]))?.kind
      if (kind === 'changed' || kind === 'already') break
      await kernel.sleep(300)
    }
  }
  network.slowness = 1
}

async function someTime({ kernel }: Surroundings, ms: number): Promise<void> {
  const untilMs = kernel.nowMs + ms
  await kernel.until(() => kernel.nowMs >= untilMs, ms)
}

function someoneKnows({ coordinators }: Cluster): boolean {
  return coordinators.some((one) => one.store && one.ringName !== null)
}

function allKnow(
  { around, cluster }: SetUpWorld,
  shards: number,
  exceptLast = 0,
): Promise<boolean> {
  const { coordinators, ingestors } = cluster
  const all = [...coordinators.slice(0, coordinators.length - exceptLast), ...ingestors]
  const knows = ({ coordinator }: CoordinatorMachine) =>
    coordinator?.ring.info().totalNodes === shards
  return around.kernel.until(() => all.every(knows), SET_UP_MS_MAX)
}
