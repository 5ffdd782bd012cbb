/**
 * What ingestion is given: the world it works in, and its settings.
 */
import type { Log } from '../ports/log.ts'
import type { PatienceWorld } from '../ports/patience.ts'
import type { Store } from '../store/client.ts'
import type { Hash } from './dead-letter.ts'

export interface IngestionWorld extends PatienceWorld {
  readonly log: Log
  readonly store: Store
  readonly hash: Hash
}

export interface IngestionOptions {
  readonly topic: string
  readonly group: string
  readonly deadLetterTopic: string
  /** Timestamps in the index of a floor. */
  readonly indexSize: number
  /** While the store has fewer shards, nothing is written. */
  readonly expectedShards: number
}
