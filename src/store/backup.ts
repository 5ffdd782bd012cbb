/**
 * The store as whoever copies it away and back sees it: every key as the row that stands there,
 * with what decides which of two is the newer one. An import is a merge, as everything else here:
 * it changes nothing that is newer, so it may be repeated, broken off and begun again, and the ring
 * that it goes into may have another size.
 */
import type { ReadOutcome, WriteOutcome } from './client.ts'

/** A plain key; deletions and what has expired are rows too. */
export interface PlainBackup {
  readonly lane: 'plain'
  readonly key: string
  /** JSON text as it was sent; null = deleted. */
  readonly text: string | null
  readonly order: number
  readonly time: number
  readonly writer: string
  readonly expiresMs: number | null
}

/** A conditional key; one whose document was deleted is not among them. */
export interface ConditionalBackup {
  readonly lane: 'conditional'
  readonly key: string
  readonly text: string
  /** Names the content; it begins with the time at which that was made. */
  readonly etag: string
  /** How many changes of this document there had been, at least. */
  readonly revision: number
}

export type BackupRow = PlainBackup | ConditionalBackup

export interface BackupQuery {
  /** Inclusive; the empty text for the first page, which has the system's keys too. */
  readonly from: string
  /** 1 .. BACKUP_ROWS_MAX. */
  readonly limit: number
}

export type ExportOutcome =
  | {
      readonly kind: 'page'
      readonly cluster: string
      /** By the bytes of the key, the system's first; each as new as a quorum knows it. */
      readonly rows: readonly BackupRow[]
      /** Where the next page begins; null = this was the last. */
      readonly next: string | null
    }
  | Exclude<ReadOutcome, { kind: 'found' } | { kind: 'absent' }>

export type ImportOutcome =
  | WriteOutcome
  /** A conditional document that was changed later stands there; it stays. */
  | { readonly kind: 'kept' }

export interface Backup {
  /** Pages one after another hold each key once, as it was when its page was made. */
  exportPage(query: BackupQuery): Promise<ExportOutcome>
  /** One outcome for each row, in the order given. At most BACKUP_ROWS_MAX. */
  importRows(rows: readonly BackupRow[]): Promise<readonly ImportOutcome[]>
}

export const BACKUP_ROWS_MAX = 1_000
