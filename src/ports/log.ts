/**
 * The log that the stages meet at: append-only topics, split into partitions, read by groups.
 *
 * At least once, in order within a partition. What `append` has acknowledged survives a kill of any
 * process; what a group has committed does not come to it again; what it has not committed comes
 * again after a crash or when another member takes over. Nobody skips records silently: where
 * retention has removed what a reader wanted, it is told of the gap.
 *
 * Values are text (JSON by convention); parsing belongs to the stages, so a poisonous record is the
 * stage's affair and never stops the log. Offsets are numbers (exact up to 2^53).
 */

/** A record on its way in. Records with equal keys go to the same partition, in order. */
export interface NewRecord {
  readonly key: string | null
  readonly value: string
}

/** Where one record stands. `offset` is the record's own. */
export interface Position {
  readonly partition: number
  readonly offset: number
}

export interface LogRecord extends Position {
  readonly key: string | null
  readonly value: string
  /** When the log took it, wall time in ms. */
  readonly appendedMs: number
}

export interface LogBatch {
  readonly partition: number
  /** Ascending by offset, never empty. */
  readonly records: readonly LogRecord[]
  /**
   * Commits this batch, and with it all earlier ones of its partition, for the group. Resolves to
   * `committed` once durable, or to `fenced` when the partition belongs to another member by now:
   * then nothing was committed and the member must drop what it holds of that partition.
   * Rejects only when the log itself cannot be reached.
   */
  commit(): Promise<'committed' | 'fenced'>
}

/** What a group member is told, in this order per partition: assigned, batches, revoked. */
export type GroupEvent =
  | { readonly kind: 'assigned'; readonly partition: number; readonly nextOffset: number }
  | { readonly kind: 'batch'; readonly batch: LogBatch }
  | { readonly kind: 'revoked'; readonly partition: number }

/**
 * Retention removed the records `from` (inclusive) to `to` (exclusive) before they were read. Where
 * `to` is before `from`, the partition begins again at `to`, with other records than those that
 * were handed out: the topic was made anew, or its end was lost with a broker.
 */
export interface Gap {
  readonly kind: 'gap'
  readonly partition: number
  readonly from: number
  readonly to: number
}

export type FollowEvent =
  | { readonly kind: 'records'; readonly partition: number; readonly records: readonly LogRecord[] }
  | Gap
  /** Every record that stood in the followed partitions when `follow` began has been handed out. */
  | { readonly kind: 'caught-up' }

/**
 * Where to begin: the oldest record kept, only what comes from now on, or the offsets to read next
 * (a partition without one begins at its oldest).
 */
export type FollowStart = 'oldest' | 'newest' | readonly Position[]

export interface TopicDeclaration {
  readonly name: string
  readonly partitions: number
  /** Keep for ever the newest record of each key; older ones of the same key may go. */
  readonly compacted?: boolean
  /** Records older than this may be removed; absent = kept for ever. */
  readonly retentionMs?: number
}

export interface ConsumeOptions {
  /** At most so many records in one batch. */
  readonly batchRecordsMax: number
}

/** Offsets a partition holds: `first` the oldest kept, `next` the one the next record will get. */
export interface PartitionEnds {
  readonly partition: number
  readonly first: number
  readonly next: number
}

export interface Log {
  /** Makes the topics that are missing, with their partitions. Existing ones stay as they are. */
  declare(topics: readonly TopicDeclaration[]): Promise<void>
  /**
   * Resolves once all records are durable, to their positions in the order given. Rejects with
   * LogError otherwise; then each record may or may not have been stored, so whoever appends again
   * needs an idempotent meaning (deterministic ids).
   */
  append(topic: string, records: readonly NewRecord[]): Promise<readonly Position[]>
  /**
   * Joins the group and yields what it is assigned, beginning after the group's last commit (a
   * group without one begins at the oldest record). One batch per partition is under way at a time:
   * the next comes after commit, or after the consumer asks for the next event without committing,
   * in which case the commit of a later batch covers it. A slow consumer is never flooded: at most
   * a few batches are held. Ends when the signal is aborted, after leaving the group politely.
   * Outages of the log are ridden out inside; a topic that does not exist rejects with LogError.
   */
  consume(
    topic: string,
    group: string,
    signal: AbortSignal,
    options: ConsumeOptions,
  ): AsyncIterable<GroupEvent>
  /**
   * All partitions of a topic without a group, for readers that keep their own place. Rides out
   * outages, waits for new records, and ends when the signal is aborted.
   */
  follow(topic: string, start: FollowStart, signal: AbortSignal): AsyncIterable<FollowEvent>
  /** Names this very incarnation of the topic: another one after it was deleted and made again. */
  generation(topic: string): Promise<string>
  /** Ascending by partition. */
  ends(topic: string): Promise<readonly PartitionEnds[]>
  /** Per partition how many records the group has not committed yet. */
  lag(topic: string, group: string): Promise<readonly { partition: number; records: number }[]>
  /** Leaves all groups; readers that are still reading end with the LogError `closed`. */
  close(): Promise<void>
}

export type LogErrorCode = 'unknown-topic' | 'record-too-large' | 'unavailable' | 'closed'

/** Every rejection of a Log is one of these; `remedy` is a sentence for a person. */
export class LogError extends Error {
  readonly code: LogErrorCode
  readonly remedy: string
  constructor(code: LogErrorCode, message: string, remedy: string, options?: ErrorOptions) {
    super(`${message} ${remedy}`, options)
    this.name = 'LogError'
    this.code = code
    this.remedy = remedy
  }
}
