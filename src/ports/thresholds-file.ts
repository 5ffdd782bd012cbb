/**
 * The thresholds as a file that people know: the original kept them there, and it is where they
 * come from when the store has none yet. It is a copy, never the truth.
 */
import type { Thresholds } from '../model/thresholds.ts'

/** `broken`: there is something, and it cannot be read; `reason` is a sentence that names it. */
export type FileContent =
  | { readonly kind: 'found'; readonly thresholds: Thresholds }
  | { readonly kind: 'absent' }
  | { readonly kind: 'broken'; readonly reason: string }

export interface ThresholdsFile {
  /** Never rejects. */
  read(): Promise<FileContent>
  /**
   * Replaces the file as a whole, durably; a reader sees the old one or the new one. Rejects with a
   * sentence when that was not possible. Does not look at what is there.
   */
  write(thresholds: Thresholds): Promise<void>
}
