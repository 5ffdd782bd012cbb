/**
 * What the operations of one coordinator share: its clock of versions, the ring as it knows it, and
 * the numbers it goes by. One object for each coordinator; writes, reads and scans hold on to it.
 */
import type { Clock } from '../../ports/clock.ts'
import type { Trace } from '../../ports/trace.ts'
import type { ReadOutcome, StoreWrite, WriteOutcome } from '../client.ts'
import { HybridClock } from '../hybrid-clock.ts'
import type { RingDocument } from '../ring/document.ts'
import { isQuorum } from '../ring/quorum.ts'
import type { LateWatch } from './late-watch.ts'
import type { PartitionView, RingView } from './ring-view.ts'

export interface StoreLimits {
  /** How long an operation may take until its outcome is told, hops and repetitions included. */
  readonly requestTimeoutMs: number
  /** A read asks a further replica when one of those asked has not answered by then. */
  readonly hedgeAfterMs: number
  readonly scanTimeoutMs: number
  /** How often an operation begins again because its ring was old. */
  readonly fencedRetriesMax: number
  /** What a caller is told to wait when queues are full. */
  readonly busyRetryAfterMs: number
}

export const LIMIT_DEFAULTS: StoreLimits = {
  requestTimeoutMs: 2_000,
  hedgeAfterMs: 30,
  scanTimeoutMs: 5_000,
  fencedRetriesMax: 3,
  busyRetryAfterMs: 1_000,
}

/** So many rings are remembered: shards that a scan meets may still go by a former one. */
export const RINGS_KEPT_MAX = 8

/** An operation sits out a moment before it begins again in a newer ring. */
const FENCED_PAUSE_MS = 20

/** Writes and reads of conditional keys, as far as they need a proposal. */
export interface ConditionalDoor {
  write(write: StoreWrite): Promise<WriteOutcome>
  read(key: string): Promise<ReadOutcome>
}

export class StoreWorld {
  readonly hybridClock = new HybridClock()
  readonly clock: Clock
  readonly trace: Trace
  readonly limits: StoreLimits
  readonly lateWatch: LateWatch
  /** Fresh at each start and after each fall back, so that no version is ever issued twice. */
  writer: string
  /** The ring as this coordinator knows it; null = none yet. */
  view: RingView | null = null
  /** Carries out what concerns conditional keys; set once at the start. */
  conditional: ConditionalDoor | null = null
  /** Scans and exports that have not been answered yet. */
  scansUnderWay = 0
  /** Fetches the ring from the shards; set by whoever keeps it. */
  refreshRing: () => Promise<void> = async () => {}
  private readonly newWriter: () => string
  /** The last ones that it went by, of one cluster; the present one is the last. */
  private rings: readonly RingDocument[] = []

  constructor(
    parts: Pick<StoreWorld, 'clock' | 'trace' | 'limits' | 'lateWatch'> & {
      readonly newWriter: () => string
    },
  ) {
    this.clock = parts.clock
    this.trace = parts.trace
    this.limits = parts.limits
    this.lateWatch = parts.lateWatch
    this.newWriter = parts.newWriter
    this.writer = this.newWriter()
  }

  /** A shard has refused a stamp as too far ahead: perhaps the clock was set right since. */
  stampRefused(): void {
    if (this.hybridClock.fallBack(this.clock.wallMs())) this.writer = this.newWriter()
  }

  /** When an operation that begins now must have an outcome, monotonic. */
  deadline(): number {
    return this.clock.monotonicMs() + this.limits.requestTimeoutMs
  }

  /** From now on this is the ring. */
  goBy(view: RingView): void {
    const { cluster } = view.ring
    this.view = view
    const known = this.rings.filter((ring) => ring.cluster === cluster)
    this.rings = [...known, view.ring].slice(-RINGS_KEPT_MAX)
  }

  /** The present ring, or one of the last ones that it went by. */
  ringAt(version: number): RingDocument | undefined {
    return this.rings.find((ring) => ring.version === version)
  }

  /** Calls `again` once the ring was fetched anew, after a moment. */
  async afterRefresh(again: () => void): Promise<void> {
    await this.refreshRing()
    await this.clock.sleep(FENCED_PAUSE_MS)
    again()
  }
}

/** Rough size of an operation on the wire: names and numbers, and its texts. */
export function operationBytes(key: string, text: string | null): number {
  return 150 + key.length + (text?.length ?? 0)
}

/**
 * Replicas that nobody expects an answer of, by position, where the others are a quorum without
 * them: they are not waited for. Nearly always none.
 */
export function sparedOf({ links, groups }: PartitionView): ReadonlySet<number> {
  const isDown = (replica: number) => links[replica]?.health.state === 'down'
  const down = links.flatMap((_, replica) => (isDown(replica) ? [replica] : []))
  if (down.length === 0 || !isQuorum(groups, (replica) => !isDown(replica))) return NONE
  return new Set(down)
}

const NONE: ReadonlySet<number> = new Set()
