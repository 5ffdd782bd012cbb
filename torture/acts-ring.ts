/**
 * Strokes against the ring, under load and while all else is calm: a shard comes, a shard goes, a
 * shard whose disk is lost is replaced. From the question until nothing moves any more every
 * request is counted, for none may fail.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { must } from '../src/model/must.ts'
import { eventually } from '../test/support/eventually.ts'
import { type WireAnswer, wireClient } from '../test/support/wire-client.ts'
import type { Member } from './member.ts'
import { type Act, type RingChange, type StormWorld, seconds, withSome } from './storm-world.ts'
import { sumOf } from './tally.ts'
import { CALM_MS } from './timetable.ts'

/** A move that takes longer is said to hang. */
const MOVE_MS_MAX = 120_000

export const addShard: Act = async (world) => {
  const { cluster } = world
  const fresh = await cluster.newShard()
  const change = await changeRing(world, 'add', '/sharding/add-node', { node: fresh.url })
  if (change.refusal === null) cluster.shards.push(fresh)
  else await fresh.leave()
  return sentence(fresh.name, change)
}

export const removeShard: Act = (world, random) =>
  withSome(world.cluster.shards, 1, random, async (chosen) => {
    const leaver = must(chosen[0])
    const change = await changeRing(world, 'remove', '/sharding/remove-node', { node: leaver.url })
    if (change.refusal === null) await forget(world, leaver)
    return sentence(leaver.name, change)
  })

export const replaceShard: Act = (world, random) =>
  withSome(world.cluster.shards, 1, random, async (chosen) => {
    const { cluster } = world
    const dead = must(chosen[0])
    await dead.kill()
    const fresh = await cluster.newShard()
    await sleep(CALM_MS)
    const body = { node: dead.url, with: fresh.url }
    const change = await changeRing(world, 'replace', '/sharding/replace-node', body)
    if (change.refusal === null) {
      cluster.shards.push(fresh)
      await forget(world, dead)
    } else {
      await fresh.leave()
      await dead.start()
    }
    return sentence(`${dead.name} by ${fresh.name}`, change)
  })

async function forget({ cluster }: StormWorld, gone: Member): Promise<void> {
  cluster.shards = cluster.shards.filter((shard) => shard !== gone)
  await gone.leave()
}

async function changeRing(
  world: StormWorld,
  kind: RingChange['kind'],
  path: string,
  body: object,
): Promise<RingChange> {
  const { url } = must(world.cluster.coordinators[0])
  const startMs = performance.now()
  const close = world.tally.openWindow()
  const refusal = refusalIn(await wireClient(url).post(path, body)) ?? (await untilMoved(world))
  const change = { kind, refusal, window: close(), tookMs: performance.now() - startMs }
  world.changes.push(change)
  return change
}

function refusalIn({ status, body, text }: WireAnswer): string | null {
  if (status === 200 && body.status === 'success') return null
  return `${status} ${typeof body.detail === 'string' ? body.detail : text}`
}

/** Resolves when nothing moves; a sentence when something moves for too long. */
async function untilMoved({ cluster }: StormWorld): Promise<string | null> {
  let seen = ''
  const isDone = async () => {
    const rebalance = await cluster.rebalance()
    seen = JSON.stringify(rebalance)
    return rebalance === null
  }
  return eventually('nothing moves', isDone, MOVE_MS_MAX).then(
    () => null,
    () => `still moving after ${seconds(MOVE_MS_MAX)}: ${seen}`,
  )
}

function sentence(who: string, { refusal, window, tookMs }: RingChange): string {
  if (refusal !== null) return `${who}: REFUSED, ${refusal}`
  const failed = sumOf(window.failures)
  return `${who} in ${seconds(tookMs)}, ${failed} of ${window.requests} requests failed`
}
