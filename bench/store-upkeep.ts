/**
 * How long a full store takes for what it does by itself: to compare all replicas once, and to fill
 * a new shard in place of another. Nobody asks it for anything else meanwhile.
 */
import { must } from '../src/model/must.ts'
import { eventually } from '../test/support/eventually.ts'
import { startRole } from '../test/support/process.ts'
import { readMetrics } from './support/metrics.ts'
import { goal, whole } from './support/report.ts'
import { changeRing, type RingOrder, untilThrough } from './support/ring-change.ts'
import type { StoreSession } from './support/store-session.ts'

const WAIT_MS_MAX = 30 * 60_000
const CYCLE_MINUTES_MAX = 10
/** Far less than a cycle takes, so that it goes on without a pause. */
const CYCLE_FLAGS = ['--repair-cycle-seconds', '1']
const AGE = 'energyguard_store_repair_age_seconds'

export async function repairCycle({ ours }: StoreSession): Promise<string> {
  const { coordinator } = ours.store
  await coordinator.stop()
  await coordinator.start(CYCLE_FLAGS)
  const age = async () => (await readMetrics(ours.url)).get(AGE) ?? 0
  await eventually('replicas are being compared', age, WAIT_MS_MAX)
  const startMs = performance.now()
  const passed = () => (performance.now() - startMs) / 1000
  const isThrough = cycleWatch()
  await eventually('all are compared', async () => isThrough(await age(), passed()), WAIT_MS_MAX)
  const seconds = passed()
  await coordinator.stop()
  await coordinator.start()
  const isMet = goal(`< ${CYCLE_MINUTES_MAX} min`, seconds < CYCLE_MINUTES_MAX * 60)
  return `all replicas compared once, at full speed: ${seconds.toFixed(0)} s; ${isMet}`
}

/**
 * A cycle is through when even the partition that was compared longest ago was compared since it
 * began. Two readings must say so that differ: one may be from before.
 */
export function cycleWatch(): (ageSeconds: number, passedSeconds: number) => boolean {
  let former: number | undefined
  return (age, passed) => {
    if (age >= passed) {
      former = undefined
      return false
    }
    const isConfirmed = former !== undefined && former !== age
    former = age
    return isConfirmed
  }
}

/** The third shard is replaced while it lives. */
export async function shardReplaced({ ours, keys }: StoreSession): Promise<string> {
  const leaver = must(ours.store.shards.at(-1)).current().address
  const shard = await startRole(['shard', '--port', '0'])
  ours.join(shard)
  const order: RingOrder = { change: 'replace-node', node: leaver, with: shard.address }
  const startMs = performance.now()
  const refusal = await changeRing(ours.url, order)
  if (refusal !== undefined) return `a shard replaced: not measured, it ${refusal}`
  await untilThrough(ours.url, order, WAIT_MS_MAX)
  const seconds = (performance.now() - startMs) / 1000
  return (
    `a whole shard streamed to its replacement: ${seconds.toFixed(0)} s, ` +
    `${whole(keys / seconds)} keys a second`
  )
}
