/**
 * Which machines a run has and at what pace they live, as drawn from its seed: what takes hours
 * elsewhere takes seconds here, so that all of it happens within a run.
 */

import { must } from '../src/model/must.ts'
import type { Random } from '../src/ports/random.ts'
import {
  CoordinatorMachine,
  FOUNDERS,
  IngestionMachine,
  type Pace,
  ShardMachine,
  type Surroundings,
} from './cluster.ts'
import { SimDisk } from './disk.ts'
import type { Profile } from './faults.ts'
import type { Cluster } from './nemesis.ts'

const PING_EVERY_MS = 1_000
/** Hears of a new ring long after it was made. */
const PING_RARELY_MS = 15_000
/** Up, and in no ring. */
const SPARES = 2
/** Dead rows are kept for a day unless the run has them forgotten within seconds. */
export const GRACE_MS = 24 * 3_600_000
export const SHORT_GRACE_MS = 20_000
const FEW_HINTS = 2

export function paceOf(profile: Profile, random: Random): Pace {
  return {
    care: {
      roundMs: oneOf([5_000, 10_000, 20_000], random),
      graceMs: profile['short-grace'] > 0 ? SHORT_GRACE_MS : GRACE_MS,
      askTimeoutMs: 1_000,
      beatMs: 2_000,
      takeOverMs: 6_000,
      // Mostly slow, so that much happens while partitions move.
      pageRows: 1 + random.below(40),
      rowsInFlightMax: oneOf([1, 2, 64], random),
      streamRows: oneOf([2, 20, 512], random),
      streamRowsBusy: oneOf([1, 5, 64], random),
      partitionsAtOnceMax: oneOf([1, 2, 8], random),
      moveRowsMax: oneOf([30, 300, 20_000], random),
    },
    hintsPerTargetMax: profile['few-hints'] > 0 ? FEW_HINTS : 1_000,
    cleanAfterMs: 2_000,
    expectedShards: profile.reshaping > 0 ? 1 : FOUNDERS.length,
  }
}

export function clusterOf(around: Surroundings, profile: Profile): Cluster {
  const random = around.random.fork('cluster')
  const shardCount = FOUNDERS.length + random.below(3)
  const coordinatorCount = 2 + random.below(2)
  const cacheItems = random.chance(0.2) ? 0 : 5 + random.below(40)
  const isLate = profile['late-coordinator'] > 0
  const spares = profile.reshaping > 0 ? SPARES : 0
  const shards = named('kv', shardCount + spares, (name) => {
    const faults = { crashChance: 0, brokenChance: 0, slowChance: 0 }
    const disk = new SimDisk(around.engine, random.fork(`disk of ${name}`), faults)
    return new ShardMachine(name, around, disk, cacheItems)
  })
  return {
    shards,
    members: shards.slice(0, shardCount),
    coordinators: named('co', coordinatorCount, (name) => {
      const isLast = name === `co${coordinatorCount}`
      return new CoordinatorMachine(name, around, isLate && isLast ? PING_RARELY_MS : PING_EVERY_MS)
    }),
    ingestors: named('in', 2, (name) => new IngestionMachine(name, around, PING_EVERY_MS)),
  }
}

function oneOf(values: readonly number[], random: Random): number {
  return must(values[random.below(values.length)])
}

function named<M>(name: string, count: number, make: (name: string) => M): M[] {
  return Array.from({ length: count }, (_, index) => make(`${name}${index + 1}`))
}
