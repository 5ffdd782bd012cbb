/**
 * Strokes against processes: they are killed and started again, stopped in their tracks, given a
 * full disk, restarted one after the other.
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../src/ports/random.ts'
import type { Cluster } from './cluster.ts'
import { longestKeyGapMs } from './key-gaps.ts'
import type { Member } from './member.ts'
import { type Act, namesOf, seconds, withSome } from './storm-world.ts'
import { longestGapMs, slowestMs } from './tally.ts'

/** After the kill, so long the gaps between acknowledged writes are looked at. */
const GAP_WINDOW_MS = 5_000
/** Room that a shard with a full disk has beyond what it holds. */
const ROOM_BYTES = 64 * 1024
/** The least that the setting takes. */
const SQLITE_BYTES_LEAST = 256 * 1024
const PAUSE_BETWEEN_RESTARTS_MS = 500
/** The minority of five. */
const MINORITY = 2

export const killShard: Act = ({ cluster, tally, kills }, random, durationMs) =>
  withSome(cluster.shards, 1, random, async (chosen) => {
    const startMs = performance.now()
    await killFor(cluster, chosen, random, durationMs)
    const endMs = startMs + GAP_WINDOW_MS
    await sleep(Math.max(0, endMs - performance.now()))
    const gapMs = longestGapMs(tally.acks, startMs, endMs)
    const keyGapMs = longestKeyGapMs(tally.attempts, startMs, endMs)
    kills.push({ gapMs, keyGapMs, slowestMs: slowestMs(tally.acks, startMs, endMs) })
    const gaps = `gap ${Math.round(gapMs)} ms, of one key ${Math.round(keyGapMs)} ms`
    return `${namesOf(chosen)} down ${seconds(durationMs)}, ${gaps}`
  })

export const killMinority: Act = ({ cluster }, random, durationMs) =>
  withSome(cluster.shards, MINORITY, random, async (chosen) => {
    await killFor(cluster, chosen, random, durationMs)
    return `${namesOf(chosen)} down up to ${seconds(durationMs)}`
  })

export const killAllShards: Act = ({ cluster }, random, durationMs) => {
  const free = cluster.shards.filter(({ isUp, isBusy }) => isUp && !isBusy)
  return withSome(free, free.length, random, async (chosen) => {
    await killFor(cluster, chosen, random, durationMs)
    return `${namesOf(chosen)} down up to ${seconds(durationMs)}`
  })
}

export const killCoordinator: Act = ({ cluster }, random, durationMs) =>
  withSome(cluster.coordinators, 1, random, async (chosen) => {
    await killFor(cluster, chosen, random, durationMs)
    return `${namesOf(chosen)} down ${seconds(durationMs)}`
  })

/** At one moment; the first is down for all of the time, the others come back one by one. */
async function killFor(
  cluster: Cluster,
  members: readonly Member[],
  random: Random,
  durationMs: number,
): Promise<void> {
  await Promise.all(members.map((member) => member.kill()))
  const restart = async (member: Member, index: number) => {
    await sleep(index === 0 ? durationMs : random.below(durationMs))
    await member.start(flagsOf(cluster, member))
  }
  await Promise.all(members.map(restart))
}

function flagsOf(cluster: Cluster, { kind }: Member): readonly string[] {
  return kind === 'coordinator' ? cluster.bootstrapFlags : []
}

export const stopShard: Act = ({ cluster }, random, durationMs) =>
  withSome(cluster.shards, 1, random, (chosen) => freeze(chosen, durationMs))

export const stopCoordinator: Act = ({ cluster }, random, durationMs) =>
  withSome(cluster.coordinators, 1, random, (chosen) => freeze(chosen, durationMs))

async function freeze(members: readonly Member[], durationMs: number): Promise<string> {
  await Promise.all(members.map((member) => member.pause()))
  await sleep(durationMs)
  for (const member of members) member.resume()
  return `${namesOf(members)} stood still ${seconds(durationMs)}`
}

export const fullDisk: Act = ({ cluster }, random, durationMs) =>
  withSome(cluster.shards, 1, random, async (chosen) => {
    for (const shard of chosen) {
      await shard.stop()
      const { size } = statSync(join(shard.dataDir, 'kv', 'kv.db'))
      const bytesMax = Math.max(SQLITE_BYTES_LEAST, size + ROOM_BYTES)
      await shard.start(['--sqlite-bytes-max', String(bytesMax)])
      await sleep(durationMs)
      await shard.stop()
      await shard.start()
    }
    return `${namesOf(chosen)} without room ${seconds(durationMs)}`
  })

export const rollingRestart: Act = async ({ cluster }) => {
  for (const member of cluster.members) {
    await member.stop()
    await member.start(flagsOf(cluster, member))
    await sleep(PAUSE_BETWEEN_RESTARTS_MS)
  }
  return `${cluster.members.length} processes, one after the other`
}
