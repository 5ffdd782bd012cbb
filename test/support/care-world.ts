/**
 * What care of replicas works with, without a coordinator around it: real shards in memory that
 * hold a ring already, and links to them over a network that tests break. Sleeps are over at once.
 */
import { must } from '../../src/model/must.ts'
import {
  CARE_DEFAULTS,
  type CareLimits,
  CareWorld,
} from '../../src/store/coordinator/care/care-world.ts'
import { RowCarrier } from '../../src/store/coordinator/care/row-carrier.ts'
import { HOP_DEFAULTS, ShardLink } from '../../src/store/coordinator/hop.ts'
import { LateWatch } from '../../src/store/coordinator/late-watch.ts'
import { RingView } from '../../src/store/coordinator/ring-view.ts'
import { LIMIT_DEFAULTS, StoreWorld } from '../../src/store/coordinator/store-world.ts'
import type { RingDocument } from '../../src/store/ring/document.ts'
import { foundRing } from '../../src/store/ring/membership.ts'
import type { ShardOperation, WireRow } from '../../src/store/wire.ts'
import { FakeNetwork } from './fake-shards.ts'
import { instantClock } from './instant-clock.ts'
import { RealShard } from './real-shards.ts'
import { wireRow } from './shard-world.ts'
import { recordingTrace } from './traces.ts'

/**
 * One partition, which all of these shards hold. `operations`: those that they say they were asked
 * for, in so many milliseconds.
 */
export function careWorld(
  shardCount = 3,
  limits: Partial<CareLimits> = {},
  operations: (elapsedMs: number) => number = () => 0,
) {
  const network = new FakeNetwork()
  const names = Array.from({ length: shardCount }, (_, i) => `${i + 1}`)
  const shards = names.map((n) => new RealShard(`a${n}`, `id-${n}`))
  for (const shard of shards) network.add(shard)
  const clock = instantClock()
  const hop = { clock, network, afterTurn: (run: () => void) => void setImmediate(run) }
  const lateWatch = new LateWatch(clock, LIMIT_DEFAULTS.hedgeAfterMs)
  const trace = recordingTrace()
  const parts = { clock, trace, limits: LIMIT_DEFAULTS, lateWatch }
  const store = new StoreWorld({ ...parts, newWriter: () => 'w' })
  const links = new Map(shards.map((s) => [s.address, new ShardLink(s.address, hop, HOP_DEFAULTS)]))
  const members = shards.map(({ id, address }) => ({ id, address }))
  /** Every shard and the coordinator go by this ring from now on. */
  const goBy = (ring: RingDocument) => {
    for (const shard of shards) shard.ring = ring
    store.view = new RingView(ring, ({ address }) => must(links.get(address)))
  }
  const founded = foundRing(members, { kind: 'factor', factor: shardCount }, 1)
  // Positions among the replicas are those in the list of shards.
  goBy({ ...founded, table: [{ epoch: 1, replicas: members.map((_, index) => index) }] })
  const care = new CareWorld(
    store,
    { ...CARE_DEFAULTS, ...limits },
    async () => false,
    () => operations(clock.monotonicMs()),
  )
  const view = () => must(store.view).at(0)
  /** Writes rows to one shard alone. */
  const fill = async (shard: RealShard | undefined, rows: readonly WireRow[]) => {
    const { cluster, epoch: e } = view()
    const ops = rows.map((row): ShardOperation => ({ op: 'apply', p: 0, e, row }))
    await must(shard).answer({ kind: 'ops', cluster, budgetMs: 1_000, ops })
  }
  const carrier = new RowCarrier(care)
  return { network, shards, clock, trace, store, care, carrier, view, fill, goBy }
}

/** Rows `row 0`, `row 1` and so on, with texts of so many characters. */
export function rowsOf(count: number, characters = 1): readonly WireRow[] {
  const text = JSON.stringify('x'.repeat(characters))
  return Array.from({ length: count }, (_, i) => wireRow(`row ${i}`, 1_000 + i, { v: text }))
}
