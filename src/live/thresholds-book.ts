/**
 * The thresholds that hold everywhere. They stand in the store under a system key, so every
 * coordinator and detector sees the same; when the store's quorum cannot be asked, the last known
 * ones are served and said to be so, because limits that vanish would silence every alarm.
 */
import type { Thresholds } from '../model/thresholds.ts'
import type { Service } from '../ports/service.ts'
import type { WriteOutcome } from '../store/client.ts'

export interface KnownThresholds {
  readonly thresholds: Thresholds
  /** The store's quorum could not be asked: these held when it last could. */
  readonly isLastKnown: boolean
}

export interface ThresholdsBook extends Service {
  /**
   * Asks the store. Undefined when it cannot be asked and nothing was ever known (answer 503).
   * With no shards registered at all: the file's, or the defaults. Never rejects.
   */
  current(): Promise<KnownThresholds | undefined>
  /** What the store makes of them. Never rejects. */
  replace(thresholds: Thresholds): Promise<WriteOutcome>
}
