/**
 * What the shards' greetings say about the ring: which document to go by, who holds an older one,
 * who is not what the ring takes it for, and whether a cluster may be founded. Pure; the keeper of
 * the ring collects the greetings and does what is said here.
 *
 * The dangerous case is a shard whose disk was emptied. It answers at the old address and would
 * vote as if it remembered, so keys that it had acknowledged could be called absent. Its new id
 * gives it away, and it is kept out until a person has decided.
 */
import type { RingDocument, RingShard } from '../ring/document.ts'
import { isLost } from '../ring/lost-shard.ts'
import { majorityOf } from '../ring/quorum.ts'
import type { ReplyOf } from '../wire.ts'

/** What one address said when it was greeted; null = nothing. */
export interface Sighting {
  readonly address: string
  readonly hello: ReplyOf<'hello'> | null
}

export interface Evidence {
  /** The ring that a majority of its shards has confirmed to this coordinator; null = none. */
  readonly known: RingDocument | null
  readonly sightings: readonly Sighting[]
  /** Addresses of shards that were named at start. */
  readonly bootstrap: readonly string[]
  /** A majority of the bootstrap shards may found without waiting for the others any longer. */
  readonly isGraceOver: boolean
}

export interface Judgement {
  /** The ring to go by. */
  readonly ring: RingDocument | null
  /** A majority of its shards is there and holds this cluster's ring. */
  readonly isConfirmed: boolean
  /** Nobody holds a ring: found one with these. Empty = not (yet). */
  readonly founders: readonly RingShard[]
  /** Addresses at which it is decided about the founding. */
  readonly electorate: readonly string[]
  /** Shards of the ring that hold an older one, or none. */
  readonly lagging: readonly RingShard[]
  /** Shards of the ring that answer elsewhere than it says, and not where it says. */
  readonly moved: readonly RingShard[]
  /** Shards that were named at start and stand in no ring yet. */
  readonly newcomers: readonly RingShard[]
  /** Per address, a sentence on what is wrong there and what to do. */
  readonly problems: ReadonlyMap<string, string>
}

interface Present {
  readonly address: string
  readonly hello: ReplyOf<'hello'>
}

export function judge(evidence: Evidence): Judgement {
  const present = evidence.sightings.flatMap(({ address, hello }) =>
    hello ? [{ address, hello }] : [],
  )
  const everyoneIsFresh = isEmptiedWhole(evidence.known, present)
  const ring = everyoneIsFresh ? null : newestRing(evidence.known, present)
  if (ring === null) return withoutRing(evidence, present, everyoneIsFresh)
  const members = present.filter(({ hello }) => hasId(ring, hello.shardId))
  const loyal = members.filter(({ hello }) => hello.ring?.cluster === ring.cluster)
  return {
    ring,
    isConfirmed: loyal.length >= majorityOf(ring.shards.length),
    founders: [],
    electorate: [],
    lagging: members.filter((one) => isLagging(ring, one.hello)).map(shardOf),
    moved: movedShards(ring, members),
    newcomers: newcomers(ring, present, evidence.bootstrap),
    problems: problemsOf(ring, present),
  }
}

/** All shards of the known ring are there, and not one of them is who it was. */
function isEmptiedWhole(known: RingDocument | null, present: readonly Present[]): boolean {
  if (known === null || known.shards.length === 0) return false
  return known.shards.every(({ address }) => {
    const there = present.find((one) => one.address === address)
    return there && there.hello.ring === null && !hasId(known, there.hello.shardId)
  })
}

/** The newest ring of the known cluster, else of the one that most of its own shards speak for. */
function newestRing(known: RingDocument | null, present: readonly Present[]): RingDocument | null {
  const rings = present.flatMap(({ hello }) => hello.ring ?? [])
  const cluster = known?.cluster ?? strongestCluster(present)
  const candidates = [...(known ? [known] : []), ...rings].filter((r) => r.cluster === cluster)
  return candidates.reduce<RingDocument | null>(
    (newest, ring) => (newest && newest.version >= ring.version ? newest : ring),
    null,
  )
}

function strongestCluster(present: readonly Present[]): string | undefined {
  const votes = new Map<string, number>()
  for (const { hello } of present) {
    if (!hello.ring) continue
    const weight = hasId(hello.ring, hello.shardId) ? 1 : 0
    votes.set(hello.ring.cluster, (votes.get(hello.ring.cluster) ?? 0) + weight)
  }
  return [...votes].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0]
}

/**
 * Founding. With a list of shards named at start, a majority of it must be there; where all shards
 * of a known ring were emptied together, these are the founders.
 */
function withoutRing(
  { bootstrap, isGraceOver, known }: Evidence,
  present: readonly Present[],
  everyoneIsFresh: boolean,
): Judgement {
  const former = everyoneIsFresh ? (known?.shards.map(({ address }) => address) ?? []) : []
  const list = new Set([...bootstrap, ...former])
  const blank = present.filter(({ address, hello }) => hello.ring === null && list.has(address))
  const founders = uniqueById(blank.map(shardOf))
  const isAll = blank.length === list.size
  const isMajority = blank.length >= majorityOf(list.size)
  const mayFound = list.size > 0 && (isAll || (isMajority && isGraceOver))
  return {
    ring: null,
    isConfirmed: false,
    founders: mayFound ? founders : [],
    electorate: [...list],
    lagging: [],
    moved: [],
    newcomers: [],
    problems: new Map(),
  }
}

function isLagging(ring: RingDocument, hello: ReplyOf<'hello'>): boolean {
  if (hello.ring === null) return true
  return hello.ring.cluster === ring.cluster && hello.ring.version < ring.version
}

function movedShards(ring: RingDocument, members: readonly Present[]): readonly RingShard[] {
  const isAtHome = (id: string) =>
    members.some((one) => one.hello.shardId === id && one.address === addressOf(ring, id))
  return uniqueById(members.filter(({ hello }) => !isAtHome(hello.shardId)).map(shardOf))
}

function newcomers(
  ring: RingDocument,
  present: readonly Present[],
  bootstrap: readonly string[],
): readonly RingShard[] {
  const strangers = present.filter(
    ({ address, hello }) =>
      bootstrap.includes(address) &&
      !hasId(ring, hello.shardId) &&
      !ring.shards.some((shard) => shard.address === address) &&
      // One that was let go remembers the ring; it is not taken in again just because it is there.
      hello.ring === null,
  )
  return uniqueById(strangers.map(shardOf))
}

function problemsOf(ring: RingDocument, present: readonly Present[]): ReadonlyMap<string, string> {
  const lost = ring.shards.filter(({ address, leaving }) => isLost(address) && !leaving)
  const problems = new Map(lost.map((shard) => [shard.address, lostSentence(shard)]))
  for (const { address, hello } of present) {
    if (hello.ring && hello.ring.cluster !== ring.cluster) {
      problems.set(address, foreignSentence(address, hello.ring.cluster, ring.cluster))
      continue
    }
    const owner = ring.shards.find((shard) => shard.address === address)
    if (owner && !hasId(ring, hello.shardId)) problems.set(address, emptiedSentence(owner))
    const known = ring.shards.find(({ id }) => id === hello.shardId)
    if (known && known.zone !== hello.zone) problems.set(address, rezonedSentence(known, hello))
  }
  return problems
}

/** Said of a shard that holds the ring of another cluster. */
export function foreignSentence(address: string, theirs: string, ours: string): string {
  return (
    `The shard at ${address} belongs to another cluster (${theirs}, this one is ${ours}), so it ` +
    'is kept out. If it shall join this one, stop it, delete its data folder and start it again.'
  )
}

/** Said of a known address at which a shard without memory answers. */
export function emptiedSentence({ address, id }: RingShard): string {
  return (
    `The shard at ${address} has lost its data folder (shard ${id} was expected, another one ` +
    'answers). It is kept out, because it has forgotten what it had acknowledged. Stop it and ' +
    'restore the data folder that was there (never an older copy of it), or let it take its own ' +
    'place and fetch everything from the others: ' +
    `energyguard ring replace ${address}. To begin anew with an empty store, stop everything, ` +
    'delete the data folders of all shards together and start again.'
  )
}

/** Said of a shard whose disk was lost, while none takes its place. */
function lostSentence({ address, id }: RingShard): string {
  return (
    `Shard ${id} has lost its data folder, and no other one takes its place. Name one that ` +
    `shall: energyguard ring replace ${address} URL, or let it go: ` +
    `energyguard ring remove ${address}.`
  )
}

/** Said of a shard that was started again under another label. */
function rezonedSentence({ address, zone }: RingShard, hello: ReplyOf<'hello'>): string {
  const said = hello.zone === undefined ? 'names no zone' : `says that it is in zone ${hello.zone}`
  const known = zone === undefined ? 'without one' : `in ${zone}`
  return (
    `The shard at ${address} ${said}, and the ring has it ${known}, which counts. For the other ` +
    `to count: energyguard ring remove ${address}, and when it has gone, ring add ${address}.`
  )
}

function uniqueById(shards: readonly RingShard[]): readonly RingShard[] {
  return [...new Map(shards.map((shard) => [shard.id, shard])).values()]
}

/** As it is taken into a ring. */
export function shardOf({ address, hello }: Present): RingShard {
  const { shardId, zone } = hello
  return { id: shardId, address, ...(zone === undefined ? {} : { zone }) }
}

function hasId(ring: RingDocument, id: string): boolean {
  return ring.shards.some((shard) => shard.id === id)
}

function addressOf(ring: RingDocument, id: string): string | undefined {
  return ring.shards.find((shard) => shard.id === id)?.address
}

/** The most that a shard of the ring may hold: one that does not say, any number. */
export function keysIn({ shards }: RingDocument, sightings: readonly Sighting[]): number {
  const said = new Map(sightings.map(({ hello }) => [hello?.shardId, hello?.keys]))
  return Math.max(0, ...shards.map(({ id }) => said.get(id) ?? Number.POSITIVE_INFINITY))
}
