/**
 * One replica of the store over one engine, put together from its parts: what arrives is admitted,
 * held against the ring that the shard knows, and done; what must survive stands in the engine
 * before it is answered for.
 *
 * A failure of the engine other than a full disk ends it all: what is on the disk is not known any
 * more, so nothing further is answered but that, `run` rejects, and the process must end.
 */
import { EngineError, UNPLACED } from '../../ports/key-value-engine.ts'
import type { Endpoint } from '../../ports/network.ts'
import type { Service } from '../../ports/service.ts'
import type { ReplyOf, ShardReply, ShardRequest } from '../wire.ts'
import { Cleaner } from './cleaner.ts'
import { DiskState } from './disk-state.ts'
import { COMMIT_DEFAULTS, GroupCommit, type PendingWrite } from './group-commit.ts'
import { HintBook } from './hint-book.ts'
import { IDENTITY, identityOf, writerName } from './identity.ts'
import { answerAll } from './operations.ts'
import { PartitionRemoval } from './partition-removal.ts'
import { RepairDesk } from './repair-requests.ts'
import { type ReplicaDoor, replicaDoor } from './replica-door.ts'
import { ReplicaRows } from './replica-rows.ts'
import { admitRequest } from './request-guard.ts'
import type { RingCopy } from './ring-copy.ts'
import { RingDesk } from './ring-requests.ts'
import { NO_CACHE } from './row-cache.ts'
import { takeRows } from './row-stream.ts'
import {
  CLEAN_AFTER_MS,
  HINTS_PER_TARGET_MAX,
  type ShardOptions,
  type ShardWorld,
} from './shard-options.ts'
import { answerScan } from './shard-scan.ts'
import { ShardVoice } from './shard-voice.ts'
import { heldAlready, writeGroup } from './write-group.ts'

export interface Shard extends Service {
  readonly id: string
  /**
   * For coordinators. Admits what it is given; resolves once it is done, durably. Rejects when the
   * engine has failed: then nobody knows.
   */
  readonly endpoint: Endpoint
  /** For people: this replica alone. */
  readonly door: ReplicaDoor
  /** False while the disk is full. */
  isWritable(): boolean
  /** Until the signal, and then until all that waits is written. Rejects when the engine breaks. */
  run(signal: AbortSignal): Promise<void>
}

/** Throws EngineError when the database cannot be read, or its first start does not fit on it. */
export function createShard(world: ShardWorld, options: ShardOptions): Shard {
  const shard = new ReplicaShard(world, options)
  return {
    id: shard.id,
    endpoint: (request) => shard.answer(request),
    door: shard.door(options.dbPath),
    isWritable: () => shard.isWritable,
    run: (signal) => shard.run(signal),
  }
}

/** Operations that came within so long are of clients that are being served. */
export const SERVED_LATELY_MS = 100

class ReplicaShard {
  readonly id: string
  private readonly world: ShardWorld
  private readonly zone: { readonly zone?: string }
  private readonly rows: ReplicaRows
  private readonly disk = new DiskState()
  private readonly commits: GroupCommit
  private readonly voice: ShardVoice
  private readonly hints: HintBook
  private readonly rings: RingDesk
  private readonly repair: RepairDesk
  private readonly removal: PartitionRemoval
  private readonly cleaner: Cleaner
  private readonly broken = Promise.withResolvers<never>()
  private failure: string | null = null
  /** Asked for since the start, and when it was last asked for any; monotonic. */
  private operations = 0
  private servedMs = Number.NEGATIVE_INFINITY

  constructor(world: ShardWorld, options: ShardOptions) {
    const { clock, engine, random, trace } = world
    this.world = world
    this.zone = options.zone === undefined ? {} : { zone: options.zone }
    this.id = identityOf(engine, random.fork('identity'))
    this.voice = new ShardVoice(trace, clock, this.id)
    this.rows = new ReplicaRows(engine, options.cache ?? NO_CACHE)
    this.hints = new HintBook(engine, options.hintsPerTargetMax ?? HINTS_PER_TARGET_MAX)
    const { rows, hints } = this
    const [ring, wallMs] = [() => this.ring, () => clock.wallMs()]
    const monotonicMs = () => clock.monotonicMs()
    this.repair = new RepairDesk({ engine, rows, hints, ring, wallMs, monotonicMs })
    this.removal = new PartitionRemoval(rows, hints, this.repair)
    this.rings = new RingDesk({
      ...{ engine, shardId: this.id, keys: () => this.keys() },
      remove: (partitions) => this.voice.emptied(this.removal.removeAll(partitions)),
      changed: (ring, former) => this.goBy(ring, former),
    })
    this.commits = this.groupCommit(options)
    const { removal } = this
    const afterTurn = options.afterTurn ?? ((run: () => void) => void setImmediate(run))
    const die = (error: unknown) => this.die(error)
    const isServing = () => clock.monotonicMs() - this.servedMs < SERVED_LATELY_MS
    const parts = { clock, engine, ring, removal, isServing, hints, afterTurn, die }
    this.cleaner = new Cleaner(parts, options.cleanAfterMs ?? CLEAN_AFTER_MS)
    this.cleaner.wake()
    // A failure before anybody runs the shard waits for run() and is no surprise.
    this.broken.promise.catch(() => {})
  }

  get isWritable(): boolean {
    return this.disk.isWritable
  }

  async run(signal: AbortSignal): Promise<void> {
    const cleaning = this.cleaner.run(signal).catch((error: unknown) => this.die(error))
    await Promise.race([cleaning, this.broken.promise])
    await Promise.race([this.commits.idle(), this.broken.promise])
  }

  async answer(body: unknown): Promise<ShardReply> {
    if (this.failure) return { kind: 'error', reason: this.failure }
    const admitted = admitRequest(body)
    if (admitted.kind === 'bad') {
      this.voice.badRequest(admitted.reason)
      return { kind: 'error', reason: admitted.reason }
    }
    try {
      return await this.perform(admitted.request)
    } catch (error) {
      return this.endOrExplain(error)
    }
  }

  door(dbPath: string): ReplicaDoor {
    const { clock, random } = this.world
    const { rows, commits } = this
    const writer = writerName(random.fork('writer'))
    const ring = () => this.ring
    const problem = () => this.problem()
    const door = replicaDoor({ clock, rows, commits, ring, writer, dbPath, problem })
    return {
      ...door,
      get: (key) => this.watched(() => door.get(key)),
      write: (key, text, ttlSeconds) => this.watched(() => door.write(key, text, ttlSeconds)),
      stats: () => this.watched(() => door.stats()),
    }
  }

  private get ring(): RingCopy | null {
    return this.rings.ring
  }

  private groupCommit({ limits, afterTurn }: ShardOptions): GroupCommit {
    const { clock, trace } = this.world
    return new GroupCommit(
      {
        monotonicMs: () => clock.monotonicMs(),
        disk: this.disk,
        afterTurn: afterTurn ?? ((run) => void setImmediate(run)),
        apply: (writes) => writeGroup(this.rows, this.hints, writes),
        heldAlready: (write) => heldAlready(this.rows, write, (error) => this.die(error)),
        committed: (rows, tookMs) => trace.note('debug', { kind: 'shard.committed', rows, tookMs }),
        becameFull: () => this.voice.full(),
        hasRoom: () => this.voice.hasRoom(),
        die: (error) => this.die(error),
      },
      { ...COMMIT_DEFAULTS, ...limits },
    )
  }

  /** Errors go on to whoever asked; one of the engine is the end besides. */
  private watched<T>(act: () => T): T {
    try {
      return act()
    } catch (error) {
      if (!(error instanceof EngineError) || error.code === 'broken') this.die(error)
      throw error
    }
  }

  private perform(request: ShardRequest): Promise<ShardReply> | ShardReply {
    switch (request.kind) {
      case 'hello':
        return this.hello()
      case 'ops':
        this.operations += request.ops.length
        this.servedMs = this.world.clock.monotonicMs()
        return answerAll(this.operationsWorld(), request)
      case 'take':
        return takeRows(this.operationsWorld(), request)
      case 'scan':
        return answerScan(this.world.engine, this.ring, request)
      case 'ring.promise':
        return this.rings.promise(request)
      case 'ring.accept':
        return this.rings.accept(request)
      case 'ring.store':
        return this.rings.store(request)
      default:
        return this.repair.answer(request)
    }
  }

  private keys(): number {
    return this.world.engine.count(this.world.clock.wallMs())
  }

  private hello(): ReplyOf<'hello'> {
    return {
      kind: 'hello',
      shardId: this.id,
      ring: this.ring?.document ?? null,
      keys: this.keys(),
      cache: this.rows.cacheTally,
      writable: this.isWritable,
      hints: this.hints.countsByTarget(),
      leftovers: this.cleaner.leftovers(),
      outgoing: this.cleaner.outgoing(),
      operations: this.operations,
      ...this.zone,
    }
  }

  private operationsWorld() {
    const { clock } = this.world
    const { rows, commits, ring } = this
    return {
      ...{ rows, commits, ring },
      isNeighbour: (shardId: string) => shardId !== this.id && (ring?.names(shardId) ?? false),
      wallMs: clock.wallMs(),
      monotonicMs: clock.monotonicMs(),
      damaged: (key: string) => this.voice.damaged(key),
      clockAhead: (writer: string, time: number) => this.voice.clockAhead(writer, time),
    }
  }

  /**
   * What was let in under the former ring and is not written yet is refused where the epoch is
   * another one now: whoever is told of the new ring must be able to rely on it. The rest goes on.
   */
  private goBy(ring: RingCopy, former: RingCopy | null): void {
    const isUnchanged = (partition: number) =>
      ring.owns(partition) && ring.epochOf(partition) === former?.epochOf(partition)
    const isFenced = ({ partition }: PendingWrite) =>
      partition !== UNPLACED && !isUnchanged(partition)
    this.commits.refuse(isFenced, 'fenced')
    this.cleaner.wake()
    this.voice.ring(ring.document, ring.owned.length)
  }

  /** A full disk and a damaged row are answers; whatever else was thrown is the end. */
  private endOrExplain(error: unknown): Promise<ShardReply> | ShardReply {
    if (error instanceof EngineError && error.code !== 'broken') {
      if (error.code === 'damaged') this.voice.damagedInScan(error.message)
      return { kind: 'error', reason: `${error.code}: ${error.message}` }
    }
    this.die(error)
    return this.broken.promise
  }

  /** Whoever waits for an answer gets none: nobody knows what was done. */
  private die(error: unknown): void {
    if (this.failure) return
    const reason = error instanceof Error ? error.message : String(error)
    this.failure = `this shard has failed and must be started again: ${reason}`
    this.commits.stop(error)
    this.voice.broken(this.failure)
    this.broken.reject(error)
  }

  private problem(): string | undefined {
    if (this.failure) return this.failure
    try {
      this.world.engine.getMeta(IDENTITY)
      return undefined
    } catch (error) {
      this.die(error)
      return this.failure ?? undefined
    }
  }
}
