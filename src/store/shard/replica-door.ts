/**
 * The door of one replica (contract, "Shard"): keys that a person looks at or changes here alone.
 *
 * With a ring, a key stands in its own partition, so what is written here is found by quorum reads
 * that ask this replica, and spread by their repair. A shard that no coordinator has registered yet
 * has no partitions; what is written then stands beside them, unplaced. Unplaced rows belong to
 * this door alone: they are not sent to coordinators and do not count as keys of the store, or a
 * key that somebody tried a fresh shard with would keep the ring from growing. Reading takes the
 * newer of the two, so nothing that was written here is forgotten when the ring comes.
 */
import { isConditionalKey } from '../../model/keys.ts'
import { compareVersions, type Version } from '../../model/version.ts'
import type { Clock } from '../../ports/clock.ts'
import { type Row, UNPLACED } from '../../ports/key-value-engine.ts'
import { checkKey, checkWrite, type Invalid } from '../admission.ts'
import { HybridClock, orderAbove, wallOf } from '../hybrid-clock.ts'
import type { Refusal } from '../wire.ts'
import type { GroupCommit } from './group-commit.ts'
import { isReadable, type ReplicaRows } from './replica-rows.ts'
import type { RingCopy } from './ring-copy.ts'
import { rowBytes } from './wire-rows.ts'

export type DoorRead =
  | { readonly kind: 'found'; readonly text: string }
  /** Deleted and expired keys too. */
  | { readonly kind: 'absent' }
  | Invalid

export type DoorWrite =
  /** Durable. */
  | { readonly kind: 'done' }
  | Invalid
  /** Certainly not done. */
  | { readonly kind: 'refused'; readonly reason: string }

export interface ReplicaDoor {
  /** Throws EngineError when the row is damaged or the database broken. */
  get(key: string): DoorRead
  /** `text` null deletes. Rejects when the engine fails: it may be done then, or not. */
  write(key: string, text: string | null, ttlSeconds?: number): Promise<DoorWrite>
  stats(): {
    readonly dbPath: string
    readonly keys: number
    readonly cacheItems: number
    /** 0 = there is no cache. */
    readonly maxCacheItems: number
  }
  /** Why the database cannot be read, if so. */
  problem(): string | undefined
}

export interface DoorWorld {
  readonly clock: Clock
  readonly rows: ReplicaRows
  readonly commits: GroupCommit
  readonly ring: () => RingCopy | null
  readonly writer: string
  readonly dbPath: string
  readonly problem: () => string | undefined
}

export function replicaDoor(world: DoorWorld): ReplicaDoor {
  const hybridClock = new HybridClock()
  return {
    get(key) {
      const wrong = checkKey(key, 'public') ?? checkLane(key)
      if (wrong) return wrong
      const row = newest(world, key)
      const isThere = row !== undefined && isReadable(row, world.clock.wallMs())
      return isThere ? { kind: 'found', text: row.text } : { kind: 'absent' }
    },
    write(key, text, ttlSeconds) {
      const ttl = ttlSeconds === undefined ? {} : { ttlSeconds }
      const wrong = checkWrite({ key, text, ...ttl }, 'public') ?? checkLane(key)
      if (wrong) return Promise.resolve(wrong)
      const partition = placeOf(world, key)
      if (typeof partition === 'string')
        return Promise.resolve({ kind: 'refused', reason: partition })
      const nowMs = world.clock.wallMs()
      const version = versionAbove(world, hybridClock, newest(world, key)?.version)
      const expiresMs = ttlSeconds === undefined ? null : Math.floor(nowMs) + ttlSeconds * 1000
      return commit(world, { partition, key, text, version, expiresMs })
    },
    stats: () => ({
      dbPath: world.dbPath,
      keys: world.rows.countAll(world.clock.wallMs()),
      cacheItems: world.rows.cache.items,
      maxCacheItems: world.rows.cache.itemsMax,
    }),
    problem: world.problem,
  }
}

/** What a conditional key holds is agreed on by its replicas; one of them alone knows nothing. */
function checkLane(key: string): Invalid | undefined {
  if (!isConditionalKey(key)) return undefined
  const reason = 'is a conditional key, which is read and changed only through a coordinator'
  return { kind: 'invalid', field: 'key', reason }
}

function newest({ rows, ring }: DoorWorld, key: string): Row | undefined {
  const beside = rows.get(UNPLACED, key)
  const partition = ring()?.partitionOf(key)
  const placed =
    partition !== undefined && ring()?.owns(partition) ? rows.get(partition, key) : undefined
  if (!placed || !beside) return placed ?? beside
  return compareVersions(placed.version, beside.version) > 0 ? placed : beside
}

/** The partition to write to, or why there is none here. */
function placeOf({ ring }: DoorWorld, key: string): number | string {
  const copy = ring()
  if (copy === null) return UNPLACED
  const partition = copy.partitionOf(key)
  if (copy.owns(partition)) return partition
  const homes = copy.addressesOf(partition).join(', ')
  return homes === ''
    ? 'This shard stands in no ring any more. Write through a coordinator.'
    : `This shard is no replica of that key (${homes} are). Write through a coordinator.`
}

/** A version by the wall clock, but above what it writes over: the later write wins. */
function versionAbove(
  { clock, writer }: DoorWorld,
  hybridClock: HybridClock,
  met: Version | undefined,
): Version {
  const time = hybridClock.stamp(clock.wallMs())
  const wallMs = wallOf(time)
  return { order: met ? orderAbove(met, time, wallMs) : wallMs, time, writer }
}

function commit(
  { commits }: DoorWorld,
  row: Row & { readonly partition: number },
): Promise<DoorWrite> {
  return new Promise((resolve, lost) => {
    const written = (_: number, result: Version | null | Refusal) =>
      resolve(
        typeof result === 'string'
          ? { kind: 'refused', reason: SENTENCES[result] ?? result }
          : { kind: 'done' },
      )
    const isQueued = commits.add(row, rowBytes(row), Number.POSITIVE_INFINITY, { written, lost }, 0)
    if (!isQueued) written(0, 'busy')
  })
}

const SENTENCES: Readonly<Partial<Record<Refusal, string>>> = {
  full: 'The disk of this shard has no room; it is read-only until there is.',
  fenced: 'The ring has changed at this very moment. Try again.',
  busy: 'Too many writes wait for the disk of this shard. Try again.',
}
