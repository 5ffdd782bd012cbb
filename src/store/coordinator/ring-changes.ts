/**
 * The changes that operators ask for, from the wish to the outcome. One that comes while another is
 * under way waits a little (ring-patience.ts) and is refused then, unless it helps with a shard
 * that is dead: to replace and to remove one is taken up at any time.
 *
 * A change is decided on the ring as it is; when another coordinator was faster it is decided anew
 * on the ring that stands then.
 */

import type { Clock } from '../../ports/clock.ts'
import type { Address } from '../../ports/network.ts'
import type { RingChange, RingDocument, RingShard } from '../ring/document.ts'
import { withoutAddress } from '../ring/lost-shard.ts'
import {
  cancelled,
  foundRing,
  type RingDecision,
  removeShard,
  replaceShard,
  takeIn,
  withReplicationFactor,
} from '../ring/membership.ts'
import { majorityOf } from '../ring/quorum.ts'
import type { ReplyOf } from '../wire.ts'
import type { RingAdmin, RingOutcome, RingPreview, RingWish } from './ring-admin.ts'
import { foreignSentence, shardOf } from './ring-evidence.ts'
import { infoOf, previewOf, type RingSurroundings, whatItWaitsFor } from './ring-info.ts'
import type { Decide, RingAttempt, RingKeeper } from './ring-keeper.ts'
import { OVERTAKEN_SENTENCE, outcomeOf, sameShardSentence } from './ring-outcomes.ts'
import { patience } from './ring-patience.ts'

/** Between two looks at a change that is waited for. */
const WAIT_STEP_MS = 25
/** So often it is decided anew because others were faster. */
const OVERTAKEN_MAX = 20

type Hello = ReplyOf<'hello'>
/** What is to be decided, or an answer that needs no decision. */
type Prepared =
  | { readonly kind: 'decide'; readonly decide: Decide; readonly further: readonly Address[] }
  | { readonly kind: 'found'; readonly shard: RingShard }
  /** For a ring that is not there yet, or was emptied. */
  | { readonly kind: 'wish'; readonly factor: number }
  | { readonly kind: 'answer'; readonly outcome: RingOutcome }

export function ringAdmin(
  keeper: RingKeeper,
  clock: Clock,
  surroundings: RingSurroundings,
): RingAdmin {
  const world = { keeper, clock, surroundings }
  const carryOut = async (wish: RingWish) => carriedOut(world, await prepared(keeper, wish))
  return {
    info: () => infoOf(keeper, surroundings),
    addNode: (address) => carryOut({ kind: 'add', address }),
    removeNode: (address) => carryOut({ kind: 'remove', address }),
    replaceNode: (address, by) => carryOut({ kind: 'replace', address, by }),
    reconfigure: (wish) => carryOut({ kind: 'reconfigure', ...wish }),
    cancel: () => cancel(world),
    preview: async (wish) => previewed(world, await prepared(keeper, wish)),
  }
}

interface ChangeWorld {
  readonly keeper: RingKeeper
  readonly clock: Clock
  readonly surroundings: RingSurroundings
}

async function carriedOut(world: ChangeWorld, one: Prepared): Promise<RingOutcome> {
  const { keeper } = world
  switch (one.kind) {
    case 'answer':
      return one.outcome
    case 'found':
      return founded(keeper, one.shard)
    case 'wish':
      keeper.replication = { kind: 'factor', factor: one.factor }
      return { kind: 'changed', nodes: [] }
    case 'decide':
      return changed(world, one.decide, one.further)
  }
}

async function founded(keeper: RingKeeper, shard: RingShard): Promise<RingOutcome> {
  const outcome = await keeper.oneAtATime(() => keeper.found([shard], [shard.address]))
  if (outcome.kind === 'unreachable') return outcome
  if (outcome.kind === 'conflict') return { kind: 'conflict', reason: OVERTAKEN_SENTENCE }
  return { kind: 'changed', nodes: keeper.nodes }
}

/** Tries until it is decided, refused, or has waited long enough for others. */
async function changed(
  { keeper, clock, surroundings }: ChangeWorld,
  decide: Decide,
  further: readonly Address[] = [],
): Promise<RingOutcome> {
  const patient = patience(clock.monotonicMs(), keeper.options)
  const waitsOn = () => patient(clock.monotonicMs(), surroundings.absence() !== null)
  for (let overtaken = 0; ; ) {
    const attempt = await keeper.attempt(decide, further)
    if (attempt.kind === 'conflict' && overtaken < OVERTAKEN_MAX) {
      overtaken += 1
      continue
    }
    if (!isUnderWay(attempt) || !waitsOn()) {
      return outcomeOf(attempt, keeper, whatItWaitsFor(surroundings))
    }
    while (keeper.ring?.change && waitsOn()) await clock.sleep(WAIT_STEP_MS)
  }
}

function isUnderWay(attempt: RingAttempt): boolean {
  return attempt.kind === 'not-so' && attempt.decision.kind === 'under-way'
}

async function prepared(keeper: RingKeeper, wish: RingWish): Promise<Prepared> {
  switch (wish.kind) {
    case 'add':
      return preparedToAdd(keeper, trimmed(wish.address))
    case 'remove':
      return preparedToRemove(keeper, trimmed(wish.address))
    case 'replace':
      return preparedToReplace(keeper, trimmed(wish.address), trimmed(wish.by))
    case 'reconfigure':
      return preparedToReconfigure(keeper, wish.replicationFactor)
  }
}

async function preparedToAdd(keeper: RingKeeper, address: Address): Promise<Prepared> {
  if (address === '') return answer({ kind: 'invalid', field: 'node', reason: 'is no address' })
  await keeper.look([address])
  const { hello } = await keeper.greet(address)
  const already = answer({ kind: 'already', nodes: keeper.nodes })
  if (keeper.nodes.includes(address) && (!hello || isStaying(keeper, hello.shardId))) {
    return already
  }
  if (!hello) return nobodyAt(address)
  const shard = shardOf({ address, hello })
  if (!keeper.ring) return preparedToFound(keeper, shard)
  if (isForeign(keeper.ring, hello)) return foreign(keeper.ring, address, hello)
  if (isStaying(keeper, hello.shardId) && (await answersAtHome(keeper, hello.shardId))) {
    return already
  }
  const decide: Decide = (ring) => takeIn(ring, keeper.replication, shard)
  return { kind: 'decide', decide, further: [address] }
}

/** The first registration founds the ring, unless a list of shards was named to found it with. */
function preparedToFound(keeper: RingKeeper, shard: RingShard): Prepared {
  const { bootstrap } = keeper.options
  if (bootstrap.length === 0) return { kind: 'found', shard }
  const needed = majorityOf(bootstrap.length)
  const reason =
    `The ring is founded by the shards named at start (${bootstrap.join(', ')}), and ${needed} ` +
    'of them must answer first.'
  return answer({ kind: 'unreachable', reason })
}

async function preparedToRemove(keeper: RingKeeper, address: Address): Promise<Prepared> {
  await keeper.look()
  if (!keeper.nodes.includes(address)) return answer({ kind: 'absent', nodes: keeper.nodes })
  const decide: Decide = (ring, keys) => removeShard(ring, address, keys)
  return { kind: 'decide', decide, further: [] }
}

async function preparedToReplace(
  keeper: RingKeeper,
  address: Address,
  by: Address,
): Promise<Prepared> {
  await keeper.look([by])
  const { ring } = keeper
  const old = ring?.shards.find((shard) => shard.address === address && !shard.leaving)
  if (!ring || !old) return answer({ kind: 'absent', nodes: keeper.nodes })
  const { hello } = await keeper.greet(by)
  if (!hello) return nobodyAt(by)
  if (hello.shardId === old.id) return answer({ kind: 'conflict', reason: sameShardSentence(by) })
  if (isForeign(ring, hello)) return foreign(ring, by, hello)
  const shard = shardOf({ address: by, hello })
  return { kind: 'decide', decide: (now) => replacedBy(now, old, shard), further: [by] }
}

/** In its own place: then the old one is looked for nowhere any more. */
function replacedBy(ring: RingDocument, old: RingShard, by: RingShard): RingDecision {
  if (old.address !== by.address) return replaceShard(ring, old.address, by)
  const vacated = withoutAddress(ring, old.id)
  const address = vacated.shards.find(({ id }) => id === old.id)?.address ?? old.address
  return replaceShard(vacated, address, by)
}

async function preparedToReconfigure(keeper: RingKeeper, factor: number): Promise<Prepared> {
  if (!Number.isSafeInteger(factor) || factor < 1) {
    const reason = 'must be a whole number >= 1'
    return answer({ kind: 'invalid', field: 'replication_factor', reason })
  }
  await keeper.look()
  const shards = keeper.ring?.shards ?? []
  if (shards.length === 0) return { kind: 'wish', factor }
  return { kind: 'decide', decide: (ring) => withReplicationFactor(ring, factor), further: [] }
}

/** Only what was under way when it was asked for: never the way back. */
async function cancel(world: ChangeWorld): Promise<RingOutcome> {
  const { keeper } = world
  await keeper.look()
  const asked = keeper.ring?.change
  if (!asked) return { kind: 'absent', nodes: keeper.nodes }
  return changed(world, (ring) =>
    isSameChange(ring.change, asked) ? cancelled(ring) : { kind: 'settled' },
  )
}

function isSameChange(one: RingChange | undefined, other: RingChange): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function previewed(
  { keeper, surroundings }: ChangeWorld,
  one: Prepared,
): RingPreview | RingOutcome {
  if (one.kind === 'answer') return one.outcome
  if (one.kind === 'found') return foundingPreview(keeper, one.shard)
  const { ring } = keeper
  if (one.kind === 'wish' || !ring) return { kind: 'already', nodes: keeper.nodes }
  const keys = ring.shards.map(({ address }) => keeper.hellos.get(address)?.keys ?? 0)
  const decision = one.decide(ring, Math.max(0, ...keys))
  if (decision.kind === 'changed') return previewOf(ring, decision.ring, keys)
  return outcomeOf({ kind: 'not-so', decision }, keeper, whatItWaitsFor(surroundings))
}

function foundingPreview(keeper: RingKeeper, shard: RingShard): RingPreview {
  const first = foundRing([shard], keeper.replication, keeper.options.partitions)
  return previewOf({ ...first, shards: [], table: [] }, first, [])
}

function answer(outcome: RingOutcome): Prepared {
  return { kind: 'answer', outcome }
}

function nobodyAt(address: Address): Prepared {
  return answer({ kind: 'unreachable', reason: `No shard answers at ${address}.` })
}

function isForeign(ring: RingDocument, hello: Hello): boolean {
  return hello.ring !== null && hello.ring.cluster !== ring.cluster
}

function foreign(ring: RingDocument, address: Address, hello: Hello): Prepared {
  const reason = foreignSentence(address, hello.ring?.cluster ?? '', ring.cluster)
  return answer({ kind: 'conflict', reason })
}

/** The same shard may be reached under two names; the one in the ring stays while it works. */
async function answersAtHome(keeper: RingKeeper, id: string): Promise<boolean> {
  const home = keeper.ring?.shards.find((shard) => shard.id === id)?.address
  if (home === undefined) return false
  const { hello } = await keeper.greet(home)
  return hello?.shardId === id
}

function isStaying(keeper: RingKeeper, id: string): boolean {
  return keeper.ring?.shards.some((shard) => shard.id === id && !shard.leaving) ?? false
}

function trimmed(address: Address): Address {
  return address.trim().replace(/\/+$/, '')
}
