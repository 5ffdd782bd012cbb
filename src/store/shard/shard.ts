/**
 * One replica of the store over one engine, put together from its parts: what arrives is admitted,
 * held against the ring that the shard knows, and done; what must survive stands in the engine
 * before it is answered for.
 *
 * A failure of the engine other than a full disk ends it all: what is on the disk is not known any
 * more, so nothing further is answered but that, `run` rejects, and the process must end.
 */
import { compareVersions, type Version } from '../../model/version.ts'
import type { Clock } from '../../ports/clock.ts'
import {
  EngineError,
  type KeyValueEngine,
  type PartitionedRow,
} from '../../ports/key-value-engine.ts'
import type { Endpoint } from '../../ports/network.ts'
import type { Random } from '../../ports/random.ts'
import type { Service } from '../../ports/service.ts'
import type { Trace } from '../../ports/trace.ts'
import type { RingDocument } from '../ring/document.ts'
import type { ReplyOf, ShardReply, ShardRequest } from '../wire.ts'
import { isRing } from '../wire-guard.ts'
import { DiskState } from './disk-state.ts'
import { COMMIT_DEFAULTS, type CommitLimits, GroupCommit } from './group-commit.ts'
import { identityOf, writerName } from './identity.ts'
import { performAll } from './operations.ts'
import { type ReplicaDoor, replicaDoor } from './replica-door.ts'
import { ReplicaRows } from './replica-rows.ts'
import { admitRequest } from './request-guard.ts'
import { isSuccessor, RingCopy } from './ring-copy.ts'
import { NO_CACHE, type RowCache } from './row-cache.ts'
import { scanPartitions } from './shard-scan.ts'
import { ShardVoice } from './shard-voice.ts'
import { rowToWire } from './wire-rows.ts'

export interface ShardWorld {
  readonly clock: Clock
  readonly random: Random
  readonly trace: Trace
  /** The shard's own from now on; whoever opened it closes it, after `run` has ended. */
  readonly engine: KeyValueEngine
}

export interface ShardOptions {
  /** What `/stats` shows as the place of the database. */
  readonly dbPath: string
  /** Default: none. */
  readonly cache?: RowCache
  readonly limits?: Partial<CommitLimits>
  /** Runs something once the present event-loop turn has ended. */
  readonly afterTurn?: (run: () => void) => void
}

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

const RING = 'ring'

class ReplicaShard {
  readonly id: string
  private readonly world: ShardWorld
  private readonly rows: ReplicaRows
  private readonly disk = new DiskState()
  private readonly commits: GroupCommit
  private readonly voice: ShardVoice
  private readonly broken = Promise.withResolvers<never>()
  private failure: string | null = null
  private ring: RingCopy | null

  constructor(world: ShardWorld, { cache, limits, afterTurn }: ShardOptions) {
    this.world = world
    this.id = identityOf(world.engine, world.random.fork('identity'))
    this.voice = new ShardVoice(world.trace, world.clock, this.id)
    this.ring = readRing(world.engine, this.id)
    this.rows = new ReplicaRows(world.engine, cache ?? NO_CACHE)
    this.commits = new GroupCommit(
      {
        monotonicMs: () => world.clock.monotonicMs(),
        disk: this.disk,
        afterTurn: afterTurn ?? ((run) => void setImmediate(run)),
        apply: (rows) => this.rows.apply(rows),
        heldAlready: (row) => this.heldAlready(row),
        committed: (rows, tookMs) =>
          world.trace.note('debug', { kind: 'shard.committed', rows, tookMs }),
        becameFull: () => this.voice.full(),
        hasRoom: () => this.voice.hasRoom(),
        die: (error) => this.die(error),
      },
      { ...COMMIT_DEFAULTS, ...limits },
    )
    // A failure before anybody runs the shard waits for run() and is no surprise.
    this.broken.promise.catch(() => {})
  }

  get isWritable(): boolean {
    return this.disk.isWritable
  }

  async run(signal: AbortSignal): Promise<void> {
    const stopped = new Promise<void>((resolve) => {
      if (signal.aborted) resolve()
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
    await Promise.race([stopped, this.broken.promise])
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
        return performAll(this.operationsWorld(), request)
      case 'scan':
        return this.scan(request)
      case 'ring.store':
        return this.storeRing(request.ring)
    }
  }

  private hello(): ReplyOf<'hello'> {
    return {
      kind: 'hello',
      shardId: this.id,
      ring: this.ring?.document ?? null,
      keys: this.world.engine.count(this.world.clock.wallMs()),
      writable: this.isWritable,
    }
  }

  private operationsWorld() {
    const { clock } = this.world
    return {
      ...{ rows: this.rows, commits: this.commits, ring: this.ring },
      wallMs: clock.wallMs(),
      monotonicMs: clock.monotonicMs(),
      damaged: (key: string) => this.voice.damaged(key),
      clockAhead: (writer: string, time: number) => this.voice.clockAhead(writer, time),
    }
  }

  private heldAlready({ partition, key, version }: PartitionedRow): Version | undefined {
    try {
      const held = this.rows.get(partition, key)?.version
      return held && compareVersions(held, version) >= 0 ? held : undefined
    } catch (error) {
      if (!(error instanceof EngineError) || error.code !== 'damaged') this.die(error)
      return undefined
    }
  }

  /** A shard outside the ring says nothing rather than nothing found. */
  private scan(request: Extract<ShardRequest, { kind: 'scan' }>): ShardReply {
    if (!this.ring || this.ring.owned.length === 0) {
      return { kind: 'error', reason: 'this shard holds no partition of a ring' }
    }
    if (this.ring.document.cluster !== request.cluster) {
      return { kind: 'error', reason: 'this shard belongs to another cluster' }
    }
    if (this.ring.document.version !== request.version) {
      return { kind: 'error', reason: 'this shard goes by another version of the ring' }
    }
    const { rows, more } = scanPartitions(this.world.engine, this.ring.owned, request)
    return { kind: 'scan', rows: rows.map(rowToWire), more }
  }

  /**
   * The ring is on the disk before it is gone by. What was let in under the former one and is not
   * written yet is refused: whoever is told of the new ring must be able to rely on it.
   */
  private storeRing(offered: RingDocument): ShardReply {
    const present = this.ring?.document ?? null
    if (!isSuccessor(offered, present)) return { kind: 'ring.store', stored: false, ring: present }
    this.world.engine.setMeta(RING, JSON.stringify(offered))
    this.ring = new RingCopy(offered, this.id)
    this.commits.refuseAll('fenced')
    this.voice.ring(offered, this.ring.owned.length)
    return { kind: 'ring.store', stored: true, ring: offered }
  }

  /** A full disk and a damaged row are answers; whatever else was thrown is the end. */
  private endOrExplain(error: unknown): Promise<ShardReply> | ShardReply {
    if (error instanceof EngineError && error.code !== 'broken') {
      if (error.code === 'damaged') this.voice.damagedInScan(error.message)
      return { kind: 'error', reason: error.message }
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
      this.world.engine.getMeta(RING)
      return undefined
    } catch (error) {
      this.die(error)
      return this.failure ?? undefined
    }
  }
}

function readRing(engine: KeyValueEngine, shardId: string): RingCopy | null {
  const text = engine.getMeta(RING)
  if (text === undefined) return null
  const document: unknown = JSON.parse(text)
  if (!isRing(document)) throw new EngineError('broken', 'the ring in this database is unreadable')
  return new RingCopy(document, shardId)
}
