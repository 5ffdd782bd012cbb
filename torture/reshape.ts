/**
 * A store full of keys changes its shape while many clients write and read: a fourth shard comes,
 * then the first goes. Every key is there at every moment, no request fails, and no more moves than
 * must.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { must } from '../src/model/must.ts'
import { wireClient } from '../test/support/wire-client.ts'
import { Cluster } from './cluster.ts'
import { weighShards } from './look.ts'
import { movedToIdeal, unevenness } from './movement.ts'
import { keyName, Owners, type OwnersReport, valueText } from './owners.ts'
import { changeRing, type RingOrder } from './ring-change.ts'

export interface ReshapeOptions {
  readonly keys: number
  readonly clients: number
  readonly say: (text: string) => void
}

export interface ReshapeStep {
  readonly kind: 'add' | 'remove'
  /** Why the store did not do it; null = done. */
  readonly refusal: string | null
  readonly tookMs: number
  readonly report: OwnersReport
  /** NaN = nothing moved, nor had to. */
  readonly movedToIdeal: number
  /** Partitions of the fullest shard beside the mean. */
  readonly unevenness: number
}

export interface ReshapeResult {
  readonly keys: number
  readonly steps: readonly ReshapeStep[]
  /** When nothing moved: before the first change, and after the last. */
  readonly calm: readonly OwnersReport[]
  readonly failures: readonly string[]
}

const SIZE = { shards: 3, coordinators: 2 }
/** In one request while the keys are put in. */
const BATCH_KEYS = 500
const CALM_MS = 3_000

export async function runReshape({ keys, clients, say }: ReshapeOptions): Promise<ReshapeResult> {
  const cluster = new Cluster()
  await cluster.found(SIZE)
  const origins = cluster.coordinators.map(({ url }) => url)
  say(`putting in ${keys} keys`)
  await putIn(must(origins[0]), keys)
  const owners = new Owners({ origins, clients, keys })
  await sleep(CALM_MS)
  const calm = [await owners.report()]
  const fresh = await cluster.newShard()
  const leaver = must(cluster.shards[0])
  const steps = [
    await step(cluster, owners, 'add', { path: '/sharding/add-node', node: fresh.url }, say),
  ]
  if (steps[0]?.refusal === null) cluster.shards.push(fresh)
  else await fresh.leave()
  const removal = { path: '/sharding/remove-node', node: leaver.url } as const
  steps.push(await step(cluster, owners, 'remove', removal, say))
  await sleep(CALM_MS)
  calm.push(await owners.stop())
  await cluster.close()
  return { keys, steps, calm, failures: cluster.failures }
}

async function putIn(url: string, keys: number): Promise<void> {
  const client = wireClient(url)
  for (let first = 0; first < keys; first += BATCH_KEYS) {
    const count = Math.min(BATCH_KEYS, keys - first)
    const operations = Array.from({ length: count }, (_, n) => {
      return { op: 'put', key: keyName(first + n), text: valueText(first + n, 0) }
    })
    const { status, body, text } = await client.post('/batch', { operations })
    const results = (body.results ?? []) as readonly { readonly status: number }[]
    if (status !== 200 || results.some((one) => one.status !== 200)) {
      throw new Error(`keys could not be put in: ${text.slice(0, 500)}`)
    }
  }
}

async function step(
  cluster: Cluster,
  owners: Owners,
  kind: ReshapeStep['kind'],
  order: RingOrder,
  say: (text: string) => void,
): Promise<ReshapeStep> {
  const before = await weighShards(cluster.shards)
  await owners.report()
  say(`${kind} a shard`)
  const startMs = performance.now()
  const refusal = await changeRing(cluster, order)
  const tookMs = performance.now() - startMs
  const report = await owners.report()
  const after = await weighShards(cluster.shards)
  const ratios = { movedToIdeal: movedToIdeal(before, after), unevenness: unevenness(after) }
  return { kind, refusal, tookMs, report, ...ratios }
}
