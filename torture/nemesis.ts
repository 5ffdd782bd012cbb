/**
 * Carries out the timetable: strokes that may overlap begin when their time has come, those that
 * stand alone wait until all before them are over. Prints what it did, and counts it.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../src/ports/random.ts'
import { cutClient, cutHalves, cutOneWay, cutShard, slowLinks } from './acts-links.ts'
import {
  fullDisk,
  killAllShards,
  killCoordinator,
  killMinority,
  killShard,
  rollingRestart,
  stopCoordinator,
  stopShard,
} from './acts-processes.ts'
import { addShard, removeShard, replaceShard } from './acts-ring.ts'
import { type Act, NOBODY, type StormWorld, seconds } from './storm-world.ts'
import { countOne } from './tally.ts'
import { CALM_MS, type Stroke, type StrokeKind, standsAlone } from './timetable.ts'
import { within } from './within.ts'

const ACTS: Readonly<Record<StrokeKind, Act>> = {
  'kill-shard': killShard,
  'kill-minority': killMinority,
  'kill-all-shards': killAllShards,
  'kill-coordinator': killCoordinator,
  'stop-shard': stopShard,
  'stop-coordinator': stopCoordinator,
  'cut-shard': cutShard,
  'cut-halves': cutHalves,
  'cut-one-way': cutOneWay,
  'cut-client': cutClient,
  'slow-links': slowLinks,
  'full-disk': fullDisk,
  'rolling-restart': rollingRestart,
  'add-shard': addShard,
  'remove-shard': removeShard,
  'replace-shard': replaceShard,
}

/** Beyond the time for which it hurts: starting processes, moving partitions. */
const STROKE_MS_MAX = 300_000

export interface Orders {
  readonly timetable: readonly Stroke[]
  /** After so long no stroke begins. */
  readonly durationMs: number
  readonly random: Random
  readonly say: (text: string) => void
}

/** Resolves to how often each kind was done, when all is over. */
export async function carryOut(
  world: StormWorld,
  { timetable, durationMs: limitMs, random, say }: Orders,
): Promise<ReadonlyMap<string, number>> {
  const startMs = performance.now()
  /** By how much the timetable runs late, since some strokes take as long as they take. */
  let lateMs = 0
  const done = new Map<string, number>()
  const running = new Set<Promise<void>>()
  const strike = async ({ kind, durationMs, purpose }: Stroke) => {
    const at = seconds(performance.now() - startMs)
    const act = ACTS[kind](world, random.fork(purpose), durationMs)
    const said = await within(durationMs + STROKE_MS_MAX, kind, act).catch((error: Error) => {
      world.cluster.failures.push(`${kind}: ${error.message}`)
      return `FAILED, ${error.message}`
    })
    if (said !== NOBODY) countOne(done, kind)
    say(`${at.padStart(8)}  ${kind}: ${said}`)
  }
  for (const stroke of timetable) {
    const isAlone = standsAlone(stroke)
    if (isAlone) {
      await Promise.all(running)
      await untilCalm(world)
    }
    await sleep(Math.max(0, startMs + lateMs + stroke.atMs - performance.now()))
    if (performance.now() - startMs > limitMs) break
    const struck = strike(stroke)
    running.add(struck)
    if (!isAlone) continue
    await struck
    lateMs = Math.max(lateMs, performance.now() - startMs - stroke.atMs - stroke.durationMs)
  }
  await Promise.all(running)
  return done
}

/** Whoever was hurt is well again, and all coordinators know it. */
async function untilCalm({ cluster }: StormWorld): Promise<void> {
  await cluster.heal()
  await sleep(CALM_MS)
}
