/**
 * Keeps this coordinator's ring: greets the shards, goes by the newest ring that they hold, founds
 * one where there is none, brings shards that lag behind up to date, and makes the changes that
 * operators ask for, one at a time. The ring itself stands on the shards; a coordinator that starts
 * anew, or a second one, reads it there.
 */
import { must } from '../../model/must.ts'
import type { Address } from '../../ports/network.ts'
import type { RingDocument, RingShard } from '../ring/document.ts'
import {
  addShard,
  foundRing,
  majorityOf,
  movesKeys,
  type Occupancy,
  type ReplicationWish,
  type RingDecision,
  readdressed,
  sealed,
  unsealed,
} from '../ring/membership.ts'
import type { ReplyOf } from '../wire.ts'
import type { ShardLink } from './hop.ts'
import { outcomeOf, type RingOutcome } from './ring-admin.ts'
import { type Judgement, judge, type Sighting } from './ring-evidence.ts'
import { isSameRing, publishRing } from './ring-publish.ts'
import { RingView } from './ring-view.ts'
import type { StoreWorld } from './store-world.ts'
import { readSystemKeys, writeSystemKeys } from './system-keys.ts'

export interface RingOptions {
  /** Addresses of shards that are greeted from the start on. */
  readonly bootstrap: readonly Address[]
  readonly replication: ReplicationWish
  readonly partitions: number
  readonly pingEveryMs: number
  readonly pingTimeoutMs: number
  /** So long founding waits for all bootstrap shards; then a majority of them is enough. */
  readonly foundingGraceMs: number
}

type Decide = (ring: RingDocument, occupancy: Occupancy) => RingDecision

interface Look {
  readonly judgement: Judgement
  readonly sightings: readonly Sighting[]
}

export class RingKeeper {
  readonly options: RingOptions
  /** What was asked for while there is no ring to write it into. */
  replication: ReplicationWish
  /** Per address what it last said. */
  readonly hellos = new Map<Address, ReplyOf<'hello'>>()
  problems: ReadonlyMap<Address, string> = new Map()
  private readonly world: StoreWorld
  private readonly linkTo: (address: Address) => ShardLink
  private readonly startMs: number
  private isConfirmed = false
  /** The version of the sealed ring that was seen at the last look. */
  private sealSeen: number | null = null
  private refreshing: Promise<void> | null = null
  private lastChange: Promise<unknown> = Promise.resolve()
  /** Sentences that were said already, so that each is said once and not every half second. */
  private readonly said = new Map<string, string>()

  constructor(world: StoreWorld, linkTo: (address: Address) => ShardLink, options: RingOptions) {
    this.world = world
    this.linkTo = linkTo
    this.options = options
    this.replication = options.replication
    this.startMs = world.clock.monotonicMs()
    world.refreshRing = () => this.refresh()
  }

  get ring(): RingDocument | null {
    return this.world.view?.ring ?? null
  }

  get addresses(): readonly Address[] {
    return this.ring?.shards.map(({ address }) => address) ?? []
  }

  /** Greets all shards until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const { judgement } = await this.look()
      await this.oneAtATime(() => this.followUp(judgement))
      await this.world.clock.sleep(this.options.pingEveryMs, signal).catch(() => {})
    }
  }

  /** Fetches the ring from the shards now; calls at the same time share one look. */
  refresh(): Promise<void> {
    this.refreshing ??= this.look().then(() => {
      this.refreshing = null
    })
    return this.refreshing
  }

  /** Greets all known addresses and goes by the newest ring that is found. */
  async look(further: readonly Address[] = []): Promise<Look> {
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
    for (const [address, sentence] of judgement.problems) this.sayOnce('error', address, sentence)
    this.isConfirmed ||= judgement.isConfirmed
    if (judgement.ring) this.adopt(judgement.ring)
    await Promise.all(judgement.lagging.map((shard) => this.bringUpToDate(shard)))
    return { judgement, sightings }
  }

  async greet(address: Address): Promise<Sighting> {
    const { pingTimeoutMs } = this.options
    const answer = await this.linkTo(address).ask({ kind: 'hello' }, pingTimeoutMs)
    if (answer.kind !== 'reply') return { address, hello: null }
    this.hellos.set(address, answer.reply)
    return { address, hello: answer.reply }
  }

  /** Runs changes of the ring one after another. */
  oneAtATime<T>(change: () => Promise<T>): Promise<T> {
    const mine = this.lastChange.then(change)
    this.lastChange = mine.catch(() => {})
    return mine
  }

  /**
   * Decides on the evidence of all shards. Where keys would be placed anew, the ring is sealed on
   * every shard first and decided on once more: no coordinator can write from then on until the new
   * ring stands, or the old one again, so what the shards count is what there is.
   */
  async change(decide: Decide, newcomer: readonly Address[] = []): Promise<RingOutcome> {
    const { before, decision } = await this.decided(decide, newcomer)
    if (decision.kind !== 'changed') return outcomeOf(decision, this.addresses)
    if (!movesKeys(before, decision.ring)) return this.publish(before, decision.ring)
    const kept = await readSystemKeys(this.world)
    if (kept === null) return { kind: 'unreachable', reason: SYSTEM_KEYS_SENTENCE }
    const outcome = await this.whilePaused(() => this.changeSealed(before, decide, newcomer))
    if (outcome.kind === 'changed') await writeSystemKeys(this.world, kept)
    return outcome
  }

  /** Founds a cluster with these shards; `needed` of them must take the ring. */
  async found(founders: readonly RingShard[], needed: number): Promise<RingOutcome> {
    const ring = foundRing(founders, this.replication, this.options.partitions)
    this.isConfirmed = false
    return this.publish(null, ring, needed)
  }

  private async changeSealed(
    open: RingDocument,
    decide: Decide,
    newcomer: readonly Address[],
  ): Promise<RingOutcome> {
    const seal = sealed(open)
    const sealing = await this.publish(open, seal, open.shards.length)
    // A seal that some shards have taken and others not is opened as an abandoned one.
    if (sealing.kind !== 'changed') return sealing
    const { before, decision } = await this.decided(decide, newcomer)
    if (!isSameRing(before, seal)) return { kind: 'conflict', reason: OVERTAKEN_SENTENCE }
    if (decision.kind === 'changed') return this.publish(seal, decision.ring)
    await this.publish(seal, unsealed(seal))
    return outcomeOf(decision, this.addresses)
  }

  /** A coordinator has sealed the ring and was killed, or is slow: twice seen, it is opened. */
  private async openAbandoned(): Promise<void> {
    const { ring } = this
    const isAbandoned = ring?.sealed === true && this.sealSeen === ring.version
    this.sealSeen = ring?.sealed ? ring.version : null
    if (ring && isAbandoned) {
      this.report(
        'an abandoned change of the ring was ended',
        await this.publish(ring, unsealed(ring)),
      )
    }
  }

  /** What a look has shown to be needed beyond knowing it: found, readdress, take in. */
  private async followUp(judgement: Judgement): Promise<void> {
    const { founders, moved } = judgement
    await this.openAbandoned()
    if (founders.length > 0) {
      const list = Math.max(this.options.bootstrap.length, founders.length)
      this.report('the ring was founded', await this.found(founders, majorityOf(list)))
      return
    }
    const after = moved.length > 0 && this.ring ? readdressed(this.ring, moved) : undefined
    if (after) this.report('shards have moved', await this.publish(this.ring, after))
    for (const shard of judgement.newcomers) {
      const outcome = await this.change(
        (ring, known) => addShard(ring, shard, known),
        [shard.address],
      )
      this.report(`the shard at ${shard.address} was taken in`, outcome)
    }
  }

  private async decided(
    decide: Decide,
    newcomer: readonly Address[],
  ): Promise<{ readonly before: RingDocument; readonly decision: RingDecision }> {
    const { sightings } = await this.look(newcomer)
    const before = must(this.ring, 'a ring that is changed exists')
    const answered = new Set(sightings.filter(({ hello }) => hello).map(({ address }) => address))
    const decision = decide(before, {
      keys: Math.max(0, ...sightings.map(({ hello }) => hello?.keys ?? 0)),
      unknown: before.shards.filter(({ address }) => !answered.has(address)),
    })
    return { before, decision }
  }

  private async publish(
    before: RingDocument | null,
    after: RingDocument,
    needed = majorityOf(after.shards.length),
  ): Promise<RingOutcome> {
    const { pingTimeoutMs } = this.options
    const result = await publishRing(before, after, needed, async (shard, ring) => {
      const request = { kind: 'ring.store', ring } as const
      const answer = await this.linkTo(shard.address).ask(request, pingTimeoutMs)
      return answer.kind === 'reply' ? answer.reply : null
    })
    if (result.kind !== 'stored') return result
    this.adopt(after)
    return { kind: 'changed', nodes: this.addresses }
  }

  private adopt(ring: RingDocument): void {
    const present = this.ring
    const isOlder = present?.cluster === ring.cluster && present.version >= ring.version
    if (isOlder) return
    this.world.view = new RingView(ring, ({ address }) => this.linkTo(address))
    const { cluster, version, shards } = ring
    const replicas = this.world.view.replicas
    const fact = { kind: 'store.ring', cluster, version, shards: shards.length, replicas }
    this.world.trace.note('info', fact)
    if (replicas === 2) this.sayOnce('warn', 'two replicas', TWO_REPLICAS_SENTENCE)
  }

  /** A shard of the ring that was away while it changed, or never got it. */
  private async bringUpToDate(shard: RingShard): Promise<void> {
    const { ring } = this
    if (!ring) return
    const request = { kind: 'ring.store', ring } as const
    await this.linkTo(shard.address).ask(request, this.options.pingTimeoutMs)
  }

  private async whilePaused<T>(act: () => Promise<T>): Promise<T> {
    const { clock, limits } = this.world
    let goOn = () => {}
    this.world.pause = new Promise((resolve) => {
      goOn = resolve
    })
    const untilMs = clock.monotonicMs() + 2 * limits.requestTimeoutMs
    try {
      while (this.world.replicaWrites > 0 && clock.monotonicMs() < untilMs) await clock.sleep(5)
      return await act()
    } finally {
      this.world.pause = null
      goOn()
    }
  }

  private report(what: string, outcome: RingOutcome): void {
    if (outcome.kind === 'changed') this.sayOnce('info', what, what)
    else if ('reason' in outcome) this.sayOnce('warn', what, `Not so: ${what}. ${outcome.reason}`)
  }

  private sayOnce(level: 'info' | 'warn' | 'error', about: string, sentence: string): void {
    if (this.said.get(about) === sentence) return
    this.said.set(about, sentence)
    this.world.trace.note(level, { kind: 'store.ring-notice', about, sentence })
  }
}

const SYSTEM_KEYS_SENTENCE =
  'The thresholds could not be read, and they are taken along when the ring changes. Try again.'

const OVERTAKEN_SENTENCE =
  'The ring was changed by another coordinator at the same time. Look at it and try again.'

const TWO_REPLICAS_SENTENCE =
  'With two replicas of each key both must answer: reads and writes stop while one shard is ' +
  'down. A third shard lifts this.'
