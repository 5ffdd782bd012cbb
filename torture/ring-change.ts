/**
 * Asks the store for a change of the ring and waits until nothing moves any more.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { must } from '../src/model/must.ts'
import { eventually } from '../test/support/eventually.ts'
import { type WireAnswer, wireClient } from '../test/support/wire-client.ts'
import type { Cluster } from './cluster.ts'
import { isSettled, type Members } from './ring-info.ts'

/** A move that takes longer is said to hang. */
const MOVE_MS_MAX = 180_000

const ASK_AGAIN_MS = 250

/** Where it is asked for, and how. */
export type RingOrder =
  | { readonly path: '/sharding/add-node' | '/sharding/remove-node'; readonly node: string }
  | { readonly path: '/sharding/replace-node'; readonly node: string; readonly with: string }

/** Why the store did not do it; null = done. */
export async function changeRing(cluster: Cluster, order: RingOrder): Promise<string | null> {
  const { path, ...body } = order
  const { url } = must(cluster.coordinators[0])
  const refusal = refusalIn(await wireClient(url).post(path, body))
  return refusal ?? (await untilSettled(cluster, membersAfter(order)))
}

function refusalIn({ status, body, text }: WireAnswer): string | null {
  if (status === 200 && body.status === 'success') return null
  return `${status} ${typeof body.detail === 'string' ? body.detail : text}`
}

function membersAfter(order: RingOrder): Members {
  switch (order.path) {
    case '/sharding/add-node':
      return { present: order.node }
    case '/sharding/remove-node':
      return { absent: order.node }
    default:
      return { present: order.with, absent: order.node }
  }
}

/** A sentence when something moves for too long. */
async function untilSettled(cluster: Cluster, members: Members): Promise<string | null> {
  let seen = ''
  const isDone = async () => {
    const rings = await cluster.rings()
    seen = JSON.stringify(rings)
    const isSettledNow = rings.every((ring) => isSettled(ring, members))
    // Whoever asks all the time weighs on those who shall move.
    if (!isSettledNow) await sleep(ASK_AGAIN_MS)
    return isSettledNow
  }
  return eventually('nothing moves', isDone, MOVE_MS_MAX).then(
    () => null,
    () => `still moving after ${MOVE_MS_MAX / 1_000} s: ${seen}`,
  )
}
