/**
 * Keeps this coordinator's ring: greets the shards, goes by the newest ring that they hold, founds
 * one where there is none, and tells each shard of the ring that it does not know yet. The ring
 * itself stands on the shards; a coordinator that starts anew, or a second one, reads it there.
 *
 * Which ring follows another is decided by the shards (ring-register.ts), so that any number of
 * coordinators may propose; here is what goes before and after.
 */
import { assert } from '../../model/must.ts'
import type { Address } from '../../ports/network.ts'
import type { Random } from '../../ports/random.ts'
import type { RingDocument, RingShard } from '../ring/document.ts'
import { isLost } from '../ring/lost-shard.ts'
import {
  askedOf,
  foundRing,
  type ReplicationWish,
  type RingDecision,
  readdressed,
  takeIn,
} from '../ring/membership.ts'
import type { ReplyOf, ShardRequest } from '../wire.ts'
import type { ShardLink } from './hop.ts'
import { type Judgement, judge, keysIn, type Sighting } from './ring-evidence.ts'
import { RingHerald } from './ring-herald.ts'
import type { PatienceLimits } from './ring-patience.ts'
import { type RingDecided, RingRegister } from './ring-register.ts'
import { RingView } from './ring-view.ts'
import { RingVoice } from './ring-voice.ts'
import type { StoreWorld } from './store-world.ts'

export interface RingOptions extends PatienceLimits {
  /** Addresses of shards that are greeted from the start on. */
  readonly bootstrap: readonly Address[]
  /** Greeted as long as there is no ring; they found none. */
  readonly remembered: readonly Address[]
  readonly replication: ReplicationWish
  readonly partitions: number
  readonly pingEveryMs: number
  readonly pingTimeoutMs: number
  /** So long founding waits for all bootstrap shards; then a majority of them is enough. */
  readonly foundingGraceMs: number
}

/** What follows from a ring; `keys` = the most that a shard of it may hold. */
export type Decide = (ring: RingDocument, keys: number) => RingDecision

export type RingAttempt =
  | RingDecided
  | { readonly kind: 'not-so'; readonly decision: Exclude<RingDecision, { kind: 'changed' }> }

export class RingKeeper {
  readonly options: RingOptions
  /** What was asked for while there is no ring to write it into, or no shard to keep that. */
  replication: ReplicationWish
  /** Per address what it last said. */
  readonly hellos = new Map<Address, ReplyOf<'hello'>>()
  problems: ReadonlyMap<Address, string> = new Map()
  private readonly world: StoreWorld
  private readonly linkTo: (address: Address) => ShardLink
  private readonly register: RingRegister
  private readonly startMs: number
  private readonly herald: RingHerald
  /** By shard the address at which it last answered. */
  private readonly whereabouts = new Map<string, Address>()
  private isConfirmed = false
  private refreshing: Promise<void> | null = null
  private adopted = Promise.withResolvers<void>()
  private lastChange: Promise<unknown> = Promise.resolve()
  private readonly voice: RingVoice

  constructor(
    world: StoreWorld,
    random: Random,
    linkTo: (address: Address) => ShardLink,
    options: RingOptions,
  ) {
    this.world = world
    this.linkTo = linkTo
    this.options = options
    this.replication = options.replication
    this.voice = new RingVoice(world.trace)
    this.startMs = world.clock.monotonicMs()
    this.register = new RingRegister({
      ...{ clock: world.clock, random },
      ask: (address, request) => this.ask(address, request),
      whereIs: (shard) => this.whereIs(shard),
      stamp: () => world.hybridClock.stamp(world.clock.wallMs()),
      writer: () => world.writer,
    })
    this.herald = new RingHerald({
      sleep: (delayMs) => world.clock.sleep(delayMs),
      whereIs: (shard) => this.whereIs(shard),
      store: (address, ring) => this.ask(address, { kind: 'ring.store', ring }),
    })
    world.refreshRing = () => this.refresh()
  }

  get ring(): RingDocument | null {
    return this.world.view?.ring ?? null
  }

  /** Where shards of the ring are looked for. */
  get addresses(): readonly Address[] {
    const all = this.ring?.shards.map(({ address }) => address) ?? this.options.remembered
    return all.filter((address) => !isLost(address))
  }

  /** Where those are that stay. */
  get nodes(): readonly Address[] {
    const staying = this.ring?.shards.filter(({ leaving }) => !leaving) ?? []
    return staying.map(({ address }) => address)
  }

  /** Greets all shards until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const { judgement } = await this.look()
      await this.followUp(judgement)
      await this.world.clock.sleep(this.options.pingEveryMs, signal).catch(() => {})
    }
  }

  /** Fetches the ring from the shards now; calls at the same time share one look. */
  refresh(): Promise<void> {
    this.refreshing ??= Promise.race([this.look(), this.nextRing()]).then(() => {
      this.refreshing = null
    })
    return this.refreshing
  }

  /** Resolves once another ring is gone by. */
  nextRing(): Promise<void> {
    return this.adopted.promise
  }

  /** Ids of the shards that are known to go by this version of the ring, or a later one. */
  holdersOf(version: number): ReadonlySet<string> {
    const cluster = this.ring?.cluster
    return cluster === undefined ? new Set() : this.herald.holdersOf({ cluster, version })
  }

  /** Greets all known addresses and goes by the newest ring that is found. */
  async look(
    further: readonly Address[] = [],
  ): Promise<{ readonly judgement: Judgement; readonly sightings: readonly Sighting[] }> {
    const { bootstrap, foundingGraceMs } = this.options
    const addresses = new Set([...this.addresses, ...bootstrap, ...further])
    const sightings = await Promise.all([...addresses].map((address) => this.greet(address)))
    const judgement = judge({
      known: this.isConfirmed ? this.ring : null,
      sightings,
      bootstrap,
      isGraceOver: this.world.clock.monotonicMs() - this.startMs >= foundingGraceMs,
    })
    this.problems = judgement.problems
    for (const [address, sentence] of judgement.problems)
      this.voice.once('error', address, sentence)
    this.isConfirmed ||= judgement.isConfirmed
    const { ring } = judgement
    if (ring) {
      this.adopt(ring)
      await Promise.all(judgement.lagging.map((shard) => this.herald.tell(shard, ring)))
    }
    return { judgement, sightings }
  }

  async greet(address: Address): Promise<Sighting> {
    const hello = await this.ask(address, { kind: 'hello' })
    if (hello !== null) await this.hear(address, hello)
    return { address, hello }
  }

  /** Runs one after another what changes the ring on this coordinator's own account. */
  oneAtATime<T>(change: () => Promise<T>): Promise<T> {
    const mine = this.lastChange.then(change)
    this.lastChange = mine.catch(() => {})
    return mine
  }

  /** Decides on what all shards say now, and proposes it. */
  attempt(decide: Decide, further: readonly Address[] = []): Promise<RingAttempt> {
    return this.oneAtATime(async () => {
      const { sightings } = await this.look(further)
      const { ring } = this
      assert(ring !== null, 'a ring that is changed exists')
      const decision = decide(ring, keysIn(ring, sightings))
      if (decision.kind !== 'changed') return { kind: 'not-so', decision }
      const outcome = await this.propose(ring, decision.ring)
      return this.hasCome(ring, decision.ring) ? { kind: 'decided' } : outcome
    })
  }

  /** Founds a cluster with these shards, if a majority of those at `electorate` decides so. */
  async found(
    founders: readonly RingShard[],
    electorate: readonly Address[],
  ): Promise<RingDecided> {
    const ring = foundRing(founders, this.replication, this.options.partitions)
    const outcome = await this.register.found(ring, electorate)
    if (outcome.kind !== 'unreachable') this.isConfirmed = false
    return this.follow(null, ring, outcome)
  }

  /** Proposes a ring to follow `before`; whichever is decided, it is gone by afterwards. */
  async propose(before: RingDocument, after: RingDocument): Promise<RingDecided> {
    return this.follow(before, after, await this.register.decide(before, after))
  }

  /** The same in a word, for whoever moves partitions and looks at the ring anyway. */
  async advance(before: RingDocument, after: RingDocument): Promise<RingDecided['kind']> {
    return (await this.propose(before, after)).kind
  }

  /** Is the change under way that was proposed, though the ring may be a further one by now? */
  private hasCome(before: RingDocument, { change }: RingDocument): boolean {
    const isNew = change !== undefined && change !== before.change
    return isNew && JSON.stringify(this.ring?.change) === JSON.stringify(change)
  }

  private async follow(
    before: RingDocument | null,
    after: RingDocument,
    outcome: RingDecided,
  ): Promise<RingDecided> {
    if (outcome.kind === 'unreachable') return outcome
    const ring = outcome.kind === 'decided' ? after : outcome.ring
    await this.herald.tellAll(before, ring)
    this.adopt(ring)
    return outcome
  }

  /** What a look has shown to be needed beyond knowing it: found, readdress, take in. */
  private async followUp(judgement: Judgement): Promise<void> {
    const { founders, electorate, moved, newcomers } = judgement
    if (founders.length > 0) {
      const outcome = await this.oneAtATime(() => this.found(founders, electorate))
      this.voice.report('the ring was founded', outcome)
      return
    }
    if (moved.length > 0) {
      const outcome = await this.attempt((ring) => {
        const after = readdressed(ring, moved)
        return after ? { kind: 'changed', ring: after } : { kind: 'already-there' }
      })
      this.voice.report('shards have moved', outcome)
    }
    // While partitions move nobody is taken in; the next look comes soon.
    for (const shard of this.ring?.change ? [] : newcomers) {
      const decide: Decide = (ring) => takeIn(ring, this.replication, shard)
      const outcome = await this.attempt(decide, [shard.address])
      this.voice.report(`the shard at ${shard.address} was taken in`, outcome)
    }
  }

  private adopt(ring: RingDocument): void {
    const present = this.ring
    const isOlder = present?.cluster === ring.cluster && present.version >= ring.version
    if (isOlder) return
    const view = new RingView(ring, ({ address }) => this.linkTo(address))
    if (view.isEmpty) this.replication = askedOf(ring)
    this.world.goBy(view)
    this.voice.ring(view, present)
    this.adopted.resolve()
    this.adopted = Promise.withResolvers()
  }

  /**
   * A newer ring is gone by at once, so that whoever waits for it does not wait for other shards
   * too; who goes by an older one is told, also one that was let go while it was away.
   */
  private async hear(address: Address, hello: ReplyOf<'hello'>): Promise<void> {
    this.hellos.set(address, hello)
    this.whereabouts.set(hello.shardId, address)
    const { shardId, ring: theirs } = hello
    this.herald.heard(shardId, theirs)
    if (!this.ring || theirs?.cluster !== this.ring.cluster) return
    if (theirs.version > this.ring.version) this.adopt(theirs)
    await this.herald.tell({ id: shardId, address }, this.ring)
  }

  /**
   * Where another one answered last, it is not: that one has forgotten everything, or has a voice
   * of its own, and must not be taken for it.
   */
  private whereIs({ id, address }: RingShard): Address | null {
    const last = this.whereabouts.get(id) ?? address
    const isOther = (this.hellos.get(last)?.shardId ?? id) !== id
    return isOther || isLost(last) ? null : last
  }

  private async ask<R extends Exclude<ShardRequest, { kind: 'ops' }>>(
    address: Address,
    request: R,
  ): Promise<ReplyOf<R['kind']> | null> {
    const answer = await this.linkTo(address).ask(request, this.options.pingTimeoutMs)
    return answer.kind === 'reply' ? answer.reply : null
  }
}
