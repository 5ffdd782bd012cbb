/**
 * The times and sizes that the Kafka adapter works with, each with its name. Those that tests and
 * unusual clusters change are options; the others follow from them or are facts of the protocol.
 */
import type { Clock } from '../../ports/clock.ts'
import type { Trace } from '../../ports/trace.ts'

export interface KafkaTuning {
  /**
   * A member that is silent for so long loses its partitions. The shortest that brokers allow as
   * they come, so that a killed detector is followed soon.
   */
  readonly sessionTimeoutMs: number
  /** How long one question to Kafka (an append, a commit) may take before it is given up. */
  readonly patienceMs: number
}

export const DEFAULT_TUNING: KafkaTuning = { sessionTimeoutMs: 6_000, patienceMs: 5_000 }

export interface KafkaWorld {
  readonly bootstrap: readonly string[]
  readonly clock: Clock
  readonly trace: Trace
  readonly tuning: KafkaTuning
}

/** Heartbeats of a member within one session. */
export const HEARTBEATS_PER_SESSION = 6
/** Between two attempts of the client library at the same thing. */
export const RETRY_DELAY_MS = 100
/** A question for records waits so long at the broker when there are none. */
export const FETCH_WAIT_MS = 500
/** At most so many bytes come with one answer; few, because an answer is parsed at once. */
export const FETCH_BYTES_MAX = 1024 * 1024
/** A reader holds about so many bytes before it stops asking for more. */
export const READ_AHEAD_BYTES_MAX = 512 * 1024
/** A request for one partition carries about so many bytes; brokers take 1 MiB as they come. */
export const SEND_BYTES_MAX = 512 * 1024
export const SEND_RECORDS_MAX = 5_000
/** Nobody sends more than this to find out what the broker says to it. */
export const RECORD_BYTES_MAX = 32 * 1024 * 1024
/** Waits between attempts while Kafka is away: the first, and the longest. */
export const AWAY_WAIT_MS_FIRST = 100
export const AWAY_WAIT_MS_MAX = 1_000
/** A topic that was there counts as gone only after so long: brokers that start know none yet. */
export const TOPIC_GONE_AFTER_MS = 10_000
/** A member that joins while it is told to leave is waited for at most so long. */
export const JOIN_BEFORE_LEAVE_MS = 1_000
/** A broker that does not answer to a goodbye is left without. */
export const LEAVE_MS_MAX = 2_000
/** Records that a follower is given at once. */
export const FOLLOW_RECORDS_MAX = 1_000
/** Copies of each partition, where there are so many brokers. */
export const REPLICAS_MAX = 3
