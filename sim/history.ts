/**
 * What the clients saw, and nothing else: each write and read with the moments between which it
 * happened, and what ingestion took from the log and committed. The checkers judge by this alone,
 * never by what the store says of itself.
 *
 * A moment is a count that grows with each entry, so that what began after something else had ended
 * is known even within one millisecond. What has not ended, or ended in doubt, is open for ever.
 */

export type Moment = number
/** Of what never ended, or whose outcome nobody knows: it may take effect at any time. */
export const OPEN: Moment = Number.POSITIVE_INFINITY

/** How a key is used decides which promises hold of it. */
export type Lane = 'plain' | 'ttl' | 'ordered'

export interface WriteEntry {
  readonly id: number
  readonly key: string
  readonly lane: Lane
  readonly via: string
  /** Null = a deletion. Texts are unique. */
  readonly text: string | null
  readonly order: number | null
  /**
   * Wall time of the coordinator at which the value is gone, at the earliest and at the latest: it
   * counts from when the coordinator begins, between question and answer. Null = never.
   */
  expiresMinMs: number | null
  expiresMaxMs: number | null
  readonly start: Moment
  /** OPEN unless the write was acknowledged. */
  end: Moment
  outcome: 'pending' | 'done' | 'failed' | 'unknown'
}

export interface ReadEntry {
  readonly id: number
  readonly key: string
  readonly lane: Lane
  readonly via: string
  /** Scans do not repair, so what they see need not last. */
  readonly isScan: boolean
  readonly start: Moment
  readonly end: Moment
  /** Null = a quorum says that there is nothing. */
  readonly text: string | null
  readonly order: number | null
  /** Wall time of the coordinator, the least and the greatest while it read. */
  readonly wallMinMs: number
  readonly wallMaxMs: number
}

/** A reading that the log took. */
export interface LoggedEntry {
  readonly partition: number
  readonly offset: number
  /** Null = it is no reading and belongs to the dead letters. */
  readonly key: string | null
  readonly floor: number
  readonly timeMs: number
  readonly timestamp: string
  readonly text: string
}

export interface CommitEntry {
  readonly partition: number
  readonly upTo: number
  /** Of the keys that were committed with it: on how many disks the worst one stood. */
  readonly replicasMin: number
  readonly replicasNeeded: number
}

/**
 * What a conditional document is used for: changed in every way, or only ever added to, or only
 * ever moved within.
 */
export type ConditionalUse = 'register' | 'set' | 'bank'
/** A `create` is a put that needs an empty place (`If-None-Match: *`). */
export type ConditionalKind = 'read' | 'put' | 'create' | 'delete'

/** One attempt at the conditional lane; a retry is an entry of its own. */
export interface ConditionalEntry {
  readonly id: number
  readonly key: string
  readonly use: ConditionalUse
  readonly via: string
  readonly kind: ConditionalKind
  /** The same for all attempts of one change, which may take effect once; null = it has none. */
  readonly requestId: string | null
  /** Of a put or a deletion with `If-Match`; null = it needs nothing. */
  readonly expectedEtag: string | null
  /** What is put. Texts are unique but among attempts of one change. */
  readonly text: string | null
  readonly start: Moment
  /** OPEN unless it was answered for certain. */
  end: Moment
  outcome: 'pending' | 'done' | 'mismatch' | 'failed' | 'unknown'
  /** What a read found; null = nothing. */
  seenText: string | null
  /** That of the text found or put, or that which stood in the way; null = none was told. */
  seenEtag: string | null
}

export class History {
  readonly writes: WriteEntry[] = []
  readonly reads: ReadEntry[] = []
  readonly conditional: ConditionalEntry[] = []
  readonly logged: LoggedEntry[] = []
  readonly commits: CommitEntry[] = []
  /** Dead letters by the place of their record: `partition-offset`. */
  readonly deadLetters = new Set<string>()
  /** Which ring each coordinator goes by in the end. */
  readonly rings: string[] = []
  /** Operations that were never answered, and what else should have come and did not. */
  readonly stuck: string[] = []
  private moment = 0
  private ids = 0

  /** The next moment. */
  tick(): Moment {
    this.moment += 1
    return this.moment
  }

  nextId(): number {
    this.ids += 1
    return this.ids
  }
}
