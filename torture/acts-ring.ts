/**
 * Strokes against the ring, under load and while all else is calm: a shard comes, a shard goes, a
 * shard whose disk is lost is replaced. From the question until nothing moves any more every
 * request is counted, for none may fail.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { must } from '../src/model/must.ts'
import type { Member } from './member.ts'
import { changeRing, type RingOrder } from './ring-change.ts'
import { type Act, type RingChange, type StormWorld, seconds, withSome } from './storm-world.ts'
import { sumOf } from './tally.ts'
import { CALM_MS } from './timetable.ts'

export const addShard: Act = async (world) => {
  const { cluster } = world
  const fresh = await cluster.newShard()
  const order = { path: '/sharding/add-node', node: fresh.url } as const
  const change = await watched(world, 'add', order)
  if (change.refusal === null) cluster.shards.push(fresh)
  else await fresh.leave()
  return sentence(fresh.name, change)
}

export const removeShard: Act = (world, random) =>
  withSome(world.cluster.shards, 1, random, async (chosen) => {
    const leaver = must(chosen[0])
    const order = { path: '/sharding/remove-node', node: leaver.url } as const
    const change = await watched(world, 'remove', order)
    if (change.refusal === null) await world.cluster.forget(leaver)
    return sentence(leaver.name, change)
  })

export const replaceShard: Act = (world, random) =>
  withSome(world.cluster.shards, 1, random, async (chosen) => {
    const { cluster } = world
    const dead = must(chosen[0])
    await dead.kill()
    const fresh = await cluster.newShard()
    await sleep(CALM_MS)
    const order = { path: '/sharding/replace-node', node: dead.url, with: fresh.url } as const
    const change = await watched(world, 'replace', order)
    await settleReplacement(world, change, dead, fresh)
    return sentence(`${dead.name} by ${fresh.name}`, change)
  })

/** Only once it is replaced the disk of the dead one is gone for good. */
async function settleReplacement(
  { cluster }: StormWorld,
  { refusal }: RingChange,
  dead: Member,
  fresh: Member,
): Promise<void> {
  if (refusal === null) {
    cluster.shards.push(fresh)
    await cluster.forget(dead)
  } else {
    await fresh.leave()
    await dead.start()
  }
}

async function watched(
  world: StormWorld,
  kind: RingChange['kind'],
  order: RingOrder,
): Promise<RingChange> {
  const startMs = performance.now()
  const close = world.tally.openWindow()
  const refusal = await changeRing(world.cluster, order)
  const change = { kind, refusal, window: close(), tookMs: performance.now() - startMs }
  world.changes.push(change)
  return change
}

function sentence(who: string, { refusal, window, tookMs }: RingChange): string {
  if (refusal !== null) return `${who}: REFUSED, ${refusal}`
  const failed = sumOf(window.failures)
  const kinds = [...window.failures].map(([kind, count]) => `${count} x ${kind}`)
  const how = failed === 0 ? '' : ` (${kinds.join(', ')})`
  return `${who} in ${seconds(tookMs)}, ${failed} of ${window.requests} requests failed${how}`
}
