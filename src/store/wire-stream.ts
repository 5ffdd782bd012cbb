/**
 * The messages by which a whole partition comes to a shard that takes it over: pages of rows from
 * one that holds it, and many rows at once to one that lacks them. For each row asked for and each
 * row brought by itself a coordinator would pay several times as much.
 */
import type { Refusal, WireRow } from './wire.ts'

/** `p` and `e` as in operations. */
export interface Place {
  readonly cluster: string
  readonly p: number
  readonly e: number
}

export type StreamRequest =
  | (Place & {
      readonly kind: 'rows'
      readonly from: string
      /** Rows that are looked at; large ones are fewer. */
      readonly limit: number
      /** Of a digest; null = all. */
      readonly buckets: readonly number[] | null
    })
  /** Each as by `apply`. */
  | (Place & {
      readonly kind: 'take'
      readonly budgetMs: number
      readonly rows: readonly WireRow[]
    })

export type StreamReply =
  | {
      readonly kind: 'rows'
      /** Tombstones and expired rows too. */
      readonly rows: readonly WireRow[]
      /** Where to go on (`from`); null = it is through. */
      readonly next: string | null
    }
  /** All others are held, durably, or something newer is. */
  | { readonly kind: 'take'; readonly left: readonly LeftRow[] }

/** A row that is not held, and why. outbid: of a conditional key, a larger ballot stands. */
export interface LeftRow {
  readonly k: string
  readonly why: Refusal | 'outbid'
}
